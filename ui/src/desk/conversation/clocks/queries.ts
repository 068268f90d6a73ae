import { queryOptions } from "@tanstack/react-query";
import { get } from "../../../api/client";
import type { components } from "../../../api/schema";

export type Clock = components["schemas"]["ConversationClock"];
export type Stretch = components["schemas"]["ConversationClockStretch"];

/** What is promised about a conversation; version is the conversation's, with which clocks change. */
export const clocksQuery = (id: number, version: number) =>
  queryOptions({
    queryKey: ["clocks", id, version],
    queryFn: ({ signal }) => get<{ items: Clock[] }>(`/conversations/${id}/clocks`, undefined, signal),
    staleTime: 0,
    placeholderData: (before) => before,
  });

export const policyNamesQuery = queryOptions({
  queryKey: ["policies", "names"],
  queryFn: ({ signal }) => get<{ items: { id: number; name: string }[] }>("/policies", undefined, signal),
  staleTime: 60_000,
});
