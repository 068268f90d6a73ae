import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { get } from "../api/client";
import type { Actor, Page, Time } from "../api/types";

export interface Notice {
  id: number;
  kind: "mention" | "assigned" | "told" | "reply" | "overdue" | "due_soon" | "woken" | "team" | "followed";
  count: number;
  by: Actor;
  conversation: number;
  number: number;
  subject: string;
  customerName: string;
  at: Time;
  read: boolean;
}

export const unreadQuery = queryOptions({
  queryKey: ["notices", "unread"],
  queryFn: ({ signal }) => get<{ unread: number }>("/notices/unread", undefined, signal),
});

export const noticesQuery = infiniteQueryOptions({
  queryKey: ["notices", "list"],
  queryFn: ({ pageParam, signal }) => get<Page<Notice>>("/notices", { cursor: pageParam, limit: 40 }, signal),
  initialPageParam: "",
  getNextPageParam: (last) => last.next || undefined,
  staleTime: 0,
});
