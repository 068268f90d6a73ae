import { address } from "../../api/client";

/** Messages whose pictures from elsewhere are shown now: paper shows them too. */
function withRemote(): string {
  return [...document.querySelectorAll<HTMLIFrameElement>("[data-message] iframe")]
    .filter((f) => /[?&]remote=1/.test(f.src))
    .map((f) => f.closest<HTMLElement>("[data-message]")?.dataset.message)
    .join(",");
}

let last: HTMLIFrameElement | undefined;

/**
 * Prints a conversation from its first message on. Frames cannot be broken across pages, so the server gives a page on which foreign mails flow; it stands in a frame
 * of its own that nobody sees, behind the same walls as theirs.
 */
export async function printWhole(conversation: number): Promise<void> {
  last?.remove();
  const frame = document.createElement("iframe");
  last = frame;
  frame.setAttribute("sandbox", "allow-same-origin allow-modals");
  frame.setAttribute("aria-hidden", "true");
  frame.tabIndex = -1;
  frame.style.cssText = "position:fixed;width:0;height:0;border:0;visibility:hidden";
  const loaded = new Promise<void>((done) => frame.addEventListener("load", () => done(), { once: true }));
  frame.src = address(`/conversations/${conversation}/print`, { remote: withRemote() || undefined });
  document.body.append(frame);
  await loaded;
  await frame.contentDocument?.fonts?.ready;
  frame.contentWindow?.print();
}
