import { base } from "../../api/client";
import type { Attachment } from "../../api/types";

/** The words of composed HTML, a line per block. */
export function plainText(html: string): string {
  const doc = new DOMParser().parseFromString(
    html.replace(/<(br|\/p|\/li|\/blockquote|\/h\d|\/div)\b[^>]*>/gi, "$&\n"),
    "text/html",
  );
  return (doc.body.textContent ?? "").replace(/\n{3,}/g, "\n\n").trim();
}

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Plain words as composed HTML: a paragraph per blank line. */
export function toHtml(text: string): string {
  return text
    .split(/\n{2,}/)
    .filter((p) => p.trim() !== "")
    .map((p) => `<p>${p.replace(/[&<>"]/g, (c) => entities[c] ?? c).replace(/\n/g, "<br>")}</p>`)
    .join("");
}

/** Whether anything would be lost by throwing it away. */
export function isBlank(html: string): boolean {
  return !/<img/i.test(html) && plainText(html) === "";
}

export const fileUrl = (id: number) => `${base}/attachments/${id}`;
export const inlineUrl = (id: number) => `${base}/attachments/${id}?inline=1`;

const ownImage = /^(?:[a-z]+:\/\/[^/]+)?\/api\/v1\/attachments\/(\d+)/;

/** How an upload is named within the text of a mail. */
export function contentIdOf(file: Pick<Attachment, "id" | "contentId">): string {
  return file.contentId || `attachment-${file.id}@tellus`;
}

/** What the server takes: pictures by their content id instead of by the desk's address. */
export function toWire(html: string, files: Attachment[]): string {
  const doc = new DOMParser().parseFromString(html, "text/html");
  for (const img of doc.querySelectorAll("img")) {
    const id = Number(ownImage.exec(img.getAttribute("src") ?? "")?.[1]);
    const file = files.find((f) => f.id === id);
    if (file) img.setAttribute("src", `cid:${contentIdOf(file)}`);
  }
  return doc.body.innerHTML;
}

/** What the desk shows: pictures by the desk's address; links open beside it. */
export function fromWire(html: string, files: Attachment[]): string {
  const doc = new DOMParser().parseFromString(html, "text/html");
  for (const img of doc.querySelectorAll("img")) {
    const src = img.getAttribute("src") ?? "";
    if (!src.startsWith("cid:")) continue;
    const file = files.find((f) => contentIdOf(f) === src.slice(4) || f.contentId === `<${src.slice(4)}>`);
    if (file) img.setAttribute("src", inlineUrl(file.id));
  }
  for (const a of doc.querySelectorAll("a[href]")) {
    a.setAttribute("target", "_blank");
    a.setAttribute("rel", "noopener noreferrer");
  }
  return doc.body.innerHTML;
}
