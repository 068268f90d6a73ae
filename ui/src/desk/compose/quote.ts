import { useEffect, useState } from "react";
import { toHtml } from "./html";

/** Words of a message that are marked, and where they end on the screen. */
export interface Marked {
  text: string;
  x: number;
  y: number;
  /** Which message they stand in. */
  message?: number | undefined;
}

/** As much as anybody quotes. */
const most = 5000;

const messageOf = (at: Element | null | undefined) => {
  const id = Number(at?.closest("[data-message]")?.getAttribute("data-message"));
  return id > 0 ? id : undefined;
};

function read(
  selection: Selection | null | undefined,
  at: Element | null | undefined,
  dx: number,
  dy: number,
): Marked | undefined {
  const text = selection?.toString().trim().slice(0, most);
  if (!selection || selection.isCollapsed || !text) return undefined;
  const box = selection.getRangeAt(0).getBoundingClientRect?.();
  return { text, x: (box?.left ?? 0) + dx, y: (box?.top ?? 0) + dy, message: messageOf(at) };
}

/** What is marked in a message: in its plain words, or in the frame of foreign HTML. */
export function marked(): Marked | undefined {
  const own = document.getSelection();
  const at = own?.anchorNode instanceof Element ? own.anchorNode : own?.anchorNode?.parentElement;
  if (own && !own.isCollapsed && at?.closest("[data-message]")) return read(own, at, 0, 0);
  for (const frame of document.querySelectorAll<HTMLIFrameElement>("[data-message] iframe")) {
    const box = frame.getBoundingClientRect();
    const found = read(frame.contentDocument?.getSelection(), frame, box.left, box.top);
    if (found) return found;
  }
  return undefined;
}

/** Words as a quotation that an answer goes on below. */
export function quoted(text: string): string {
  return `<blockquote>${toHtml(text)}</blockquote><p></p>`;
}

/** What is marked now, also in frames: their documents tell the desk's own of it (see Frame). */
export function useMarked(): Marked | undefined {
  const [now, setNow] = useState<Marked>();
  useEffect(() => {
    const look = () =>
      setNow((was) => {
        const next = marked();
        return was?.text === next?.text && was?.x === next?.x && was?.y === next?.y ? was : next;
      });
    document.addEventListener("selectionchange", look);
    return () => document.removeEventListener("selectionchange", look);
  }, []);
  return now;
}
