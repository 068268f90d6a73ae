import type { QueryClient } from "@tanstack/react-query";
import { get } from "../../api/client";
import type { Opened, Timeline } from "../../api/types";

/** Fetches the messages before those that an open conversation shows, and puts them in front. False where there are none. */
export async function fetchOlder(client: QueryClient, number: number, arrived?: () => void): Promise<boolean> {
  const key = ["conversation", number];
  const opened = client.getQueryData<Opened>(key);
  const before = opened?.timeline.before;
  if (!opened || !before) return false;
  const earlier = await get<Timeline>(`/conversations/${opened.conversation.id}/timeline`, { before });
  arrived?.();
  client.setQueryData<Opened>(key, (o) => {
    if (!o || o.timeline.before !== before) return o; // somebody else fetched them meanwhile
    const known = new Set(o.timeline.activities.map((a) => a.seq));
    return {
      ...o,
      timeline: {
        messages: [...earlier.messages, ...o.timeline.messages],
        activities: [...earlier.activities.filter((a) => !known.has(a.seq)), ...o.timeline.activities],
        before: earlier.before,
      },
    };
  });
  return true;
}

const mostPages = 100;
const patience = 5000;

/** Prints a conversation from its first message on: what is not there yet is fetched, and the frames of foreign mails get time to be drawn. */
export async function printWhole(client: QueryClient, number: number) {
  for (let page = 0; page < mostPages && (await fetchOlder(client, number)); page++);
  await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  const frames = [...document.querySelectorAll<HTMLIFrameElement>("[data-message] iframe")];
  const loaded = frames
    .filter((f) => f.contentDocument?.readyState !== "complete" || f.contentDocument.URL === "about:blank")
    .map((f) => new Promise((done) => f.addEventListener("load", done, { once: true })));
  await Promise.race([Promise.all(loaded), new Promise((over) => setTimeout(over, patience))]);
  window.print();
}
