import type { FromForm, ToForm } from "./talk";

const css = `
:host { all: initial; }
* { box-sizing: border-box; }
button { position: fixed; inset-block-end: 20px; inset-inline-end: 20px; z-index: 2147483000; min-block-size: 48px; max-inline-size: calc(100vw - 40px);
  padding: 10px 20px; border: 1px solid color-mix(in srgb, var(--ink) 30%, var(--accent)); border-radius: 24px; background: var(--accent); color: var(--ink);
  font: 600 16px/1.3 system-ui, sans-serif; cursor: pointer; box-shadow: 0 2px 12px rgb(0 0 0 / .22); }
button:hover { filter: brightness(.94); }
button:focus-visible { outline: 3px solid var(--ink); outline-offset: -6px; box-shadow: 0 0 0 3px var(--accent), 0 0 0 5px #fff, 0 0 0 7px #000; }
dialog { position: fixed; inset: auto; inset-block-end: 20px; inset-inline-end: 20px; inline-size: 420px; block-size: min(680px, calc(100dvh - 40px));
  max-inline-size: calc(100vw - 40px); max-block-size: none; margin: 0; padding: 0; border: 1px solid rgb(0 0 0 / .25); border-radius: 14px; overflow: hidden;
  background: #fff; color-scheme: light dark; box-shadow: 0 8px 40px rgb(0 0 0 / .3); }
dialog::backdrop { background: rgb(0 0 0 / .25); }
iframe { display: block; inline-size: 100%; block-size: 100%; border: 0; color-scheme: light dark; }
@media (prefers-color-scheme: dark) { dialog { background: #1b201e; } }
@media (max-width: 480px), (max-height: 480px) { dialog { inset: 0; inline-size: 100vw; block-size: 100dvh; max-inline-size: none; border: 0; border-radius: 0; } }
@media (prefers-reduced-motion: no-preference) { dialog[open] { animation: rise .14s ease-out; } @keyframes rise { from { opacity: 0; transform: translateY(8px); } } }
@media print { button, dialog { display: none; } }
`;

export interface Look {
  accent: string;
  ink: string;
  open: string;
  close: string;
}

/** A frame of the form, told where it stands once it can hear. */
function frameOf(address: string, title: string, modal: boolean, hear: (message: FromForm) => void): HTMLIFrameElement {
  const frame = document.createElement("iframe");
  frame.src = address;
  frame.title = title;
  const origin = new URL(address).origin;
  window.addEventListener("message", (e: MessageEvent) => {
    if (e.source !== frame.contentWindow || e.origin !== origin || typeof e.data !== "object" || !e.data) return;
    const message = e.data as FromForm;
    if (message.tellus === "ready") {
      const opened: ToForm = { tellus: "opened", page: location.href, modal };
      frame.contentWindow?.postMessage(opened, origin);
    }
    hear(message);
  });
  return frame;
}

/** A button in the corner of the page, and the form over the page once it was pressed. A modal dialog of the browser keeps the focus and ends by Esc. */
export class Panel {
  readonly root = document.createElement("div");
  private readonly button = document.createElement("button");
  private readonly dialog = document.createElement("dialog");
  private frame: HTMLIFrameElement | null = null;

  constructor(
    private readonly address: string,
    private readonly look: Look,
  ) {
    const shadow = this.root.attachShadow({ mode: "open" });
    // A sheet made by script: websites whose policy forbids inline styles allow it.
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    shadow.adoptedStyleSheets = [sheet];
    this.root.style.setProperty("--accent", look.accent);
    this.root.style.setProperty("--ink", look.ink);
    this.button.type = "button";
    this.button.textContent = look.open;
    this.button.setAttribute("aria-haspopup", "dialog");
    this.button.addEventListener("click", () => this.open());
    this.dialog.setAttribute("aria-label", look.open);
    this.dialog.addEventListener("click", (e) => {
      if (e.target === this.dialog) this.close(); // beside it
    });
    shadow.append(this.button, this.dialog);
  }

  open(): void {
    if (!this.frame) {
      this.frame = frameOf(this.address, this.look.open, true, (m) => {
        if (m.tellus === "close") this.close();
      });
      this.dialog.append(this.frame);
    }
    this.dialog.showModal();
    this.frame.focus();
  }

  /** The frame stays, with what was typed. The browser gives the focus back to the button. */
  close(): void {
    this.dialog.close();
  }
}

/** Puts the form into an element of the page, as high as it is. */
export function place(host: HTMLElement, address: string, title: string): void {
  const frame = frameOf(address, title, false, (m) => {
    if (m.tellus === "height" && m.height > 0) frame.style.height = `${Math.ceil(Math.min(m.height, 10_000))}px`;
  });
  frame.style.cssText = "display:block;width:100%;height:640px;border:0";
  host.append(frame);
}
