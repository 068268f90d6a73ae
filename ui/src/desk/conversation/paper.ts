import { useEffect } from "react";
import css from "./Paper.module.css";

/** What a mail is laid out with and paper can flow. Anything else gives its words alone. */
const known = new Set(
  "P DIV BR HR H1 H2 H3 H4 H5 H6 UL OL LI DL DT DD BLOCKQUOTE PRE TABLE THEAD TBODY TFOOT TR TD TH CAPTION B STRONG I EM U S SUB SUP CODE IMG FIGURE FIGCAPTION CENTER SECTION ARTICLE HEADER FOOTER ADDRESS".split(
    " ",
  ),
);
const wordless = new Set(["STYLE", "SCRIPT", "TITLE", "HEAD", "TEMPLATE", "NOSCRIPT"]);

/**
 * The words of foreign HTML as new elements of this page: by a closed list of names, without any attribute of theirs but a picture of our own origin. Nothing of a
 * frame's document itself leaves its frame, so what its walls are for stays behind them.
 */
export function flowing(from: Document): HTMLElement {
  const paper = document.createElement("div");
  paper.className = css.paper ?? "";
  // A list instead of calls within calls: mails nest as deep as they like.
  const left: { nodes: Node[]; into: HTMLElement }[] = [{ nodes: [...(from.body?.childNodes ?? [])], into: paper }];
  for (let next = left.pop(); next; next = left.pop()) {
    for (const node of next.nodes) {
      if (node.nodeType === Node.TEXT_NODE) next.into.append(node.nodeValue ?? "");
      if (node.nodeType !== Node.ELEMENT_NODE) continue;
      const element = node as HTMLElement;
      const name = element.tagName.toUpperCase();
      const look = from.defaultView?.getComputedStyle(element);
      if (wordless.has(name) || look?.display === "none") continue;
      const made = document.createElement(known.has(name) ? name : look?.display === "block" ? "div" : "span");
      if (name === "IMG" && !picture(element as HTMLImageElement, made as HTMLImageElement)) continue;
      next.into.append(made);
      left.push({ nodes: [...element.childNodes], into: made });
    }
  }
  return paper;
}

function picture(from: HTMLImageElement, to: HTMLImageElement): boolean {
  if (!from.src.startsWith("data:image/") && !from.src.startsWith(`${window.location.origin}/`)) return false;
  to.src = from.src;
  to.alt = from.alt;
  if (from.width > 0) to.width = from.width;
  return true;
}

/**
 * Lets the browser's own "Print" show the open conversation: a frame cannot be broken across pages and keeps the height that it has on the screen, so while the browser
 * prints, each mail's words flow in its frame's place.
 */
export function usePaper() {
  useEffect(() => {
    let made: HTMLElement[] = [];
    const clear = () => {
      for (const paper of made) paper.remove();
      made = [];
    };
    const lay = () => {
      clear();
      for (const frame of document.querySelectorAll<HTMLIFrameElement>("[data-message] iframe")) {
        if (!frame.contentDocument?.body?.hasChildNodes()) continue;
        const paper = flowing(frame.contentDocument);
        frame.after(paper);
        made.push(paper);
      }
    };
    window.addEventListener("beforeprint", lay);
    window.addEventListener("afterprint", clear);
    return () => {
      window.removeEventListener("beforeprint", lay);
      window.removeEventListener("afterprint", clear);
      clear();
    };
  }, []);
}
