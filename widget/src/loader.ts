import { Panel, place } from "./panel";

// <script src="https://desk.example/widget.js" data-form="KEY" async></script> puts a button in the corner; with data-place="#id" the form itself stands in
// that element. The script holds no form: it opens a frame of the desk's own origin, which the website's styles and scripts cannot reach.
const script = document.currentScript as HTMLScriptElement | null;
const key = script?.dataset.form;

interface Look {
  accent: string;
  ink: string;
  open: string;
  close: string;
  lang: string;
}

async function begin(own: HTMLScriptElement, form: string): Promise<void> {
  const home = `${new URL(own.src).origin}/form/${encodeURIComponent(form)}`;
  const lang = own.dataset.lang ?? document.documentElement.lang ?? "";
  const query = `?lang=${encodeURIComponent(lang || navigator.languages.join(","))}`;
  const where = own.dataset.place;
  const host = where ? document.querySelector<HTMLElement>(where) : null;
  let look: Look;
  try {
    const res = await fetch(`${home}/look${query}`);
    if (!res.ok) throw new Error(String(res.status));
    look = (await res.json()) as Look;
  } catch (err) {
    console.warn(
      "Tellus: the form is not shown. It is switched off, this website is not among those that may show it, or the website's Content-Security-Policy lacks " +
        `connect-src and frame-src ${new URL(own.src).origin}.`,
      err,
    );
    return;
  }
  const address = `${home}?lang=${look.lang}&frame=1`;
  if (where && !host) console.warn(`Tellus: there is no element ${where} on this page; the form is behind a button.`);
  if (host) place(host, address, look.open);
  else document.body.append(new Panel(address, look).root);
}

if (script && key) {
  const start = () => void begin(script, key);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start, { once: true });
  else start();
} else {
  console.warn("Tellus: the script needs the attribute data-form.");
}
