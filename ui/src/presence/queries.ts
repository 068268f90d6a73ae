import { queryOptions } from "@tanstack/react-query";
import { get } from "../api/client";
import type { Actor, Time } from "../api/types";

export type State = "online" | "away" | "offline";

/** How somebody stands, and what it rests on. */
export interface Presence {
  agent: number;
  state: State;
  why: "chosen" | "here" | "idle" | "hours" | "gone" | "absent";
  reason?: number;
  until?: Time;
  since?: Time;
  takes: string[];
  by: Actor;
}

export interface AwayReason {
  id: number;
  code?: string;
  name: string;
  takes: string[];
  ended?: boolean;
}

export interface Everybody {
  items: Presence[];
  channels: string[];
  reasons: AwayReason[];
}

export interface Own extends Presence {
  refuses: string[];
}

/** How everybody stands; live events keep it fresh. */
export const presenceQuery = queryOptions({
  queryKey: ["presence"],
  queryFn: ({ signal }) => get<Everybody>("/presence", undefined, signal),
  staleTime: 5 * 60_000,
});

export const ownPresenceQuery = queryOptions({
  queryKey: ["presence", "own"],
  queryFn: ({ signal }) => get<Own>("/presence/own", undefined, signal),
  staleTime: 0,
});
