import { queryOptions } from "@tanstack/react-query";
import { get } from "../../api/client";
import type { components } from "../../api/schema";

export type Feed = components["schemas"]["HoursFeed"];
export type FeedEdit = components["schemas"]["HoursFeedEdit"];
export type FeedEvent = components["schemas"]["HoursFeedEvent"];

export const feedsQuery = (calendar: number) =>
  queryOptions({
    queryKey: ["calendars", calendar, "feeds"],
    queryFn: ({ signal }) =>
      get<{ items: Feed[] }>(`/calendars/${calendar}/feeds`, undefined, signal).then((l) => l.items),
    refetchInterval: (q) => (q.state.data?.some((f) => f.looking) ? 1000 : false), // one is being read
  });
