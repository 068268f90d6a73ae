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
