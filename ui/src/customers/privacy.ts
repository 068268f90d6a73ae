import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { get } from "../api/client";
import type { components } from "../api/schema";
import type { Page } from "../api/types";

export type PrivacyTask = components["schemas"]["PrivacyTask"];
export type Hold = components["schemas"]["Hold"];
export type HeldBody = components["schemas"]["HeldBody"];
export type ErasurePreview = components["schemas"]["ErasurePreview"];

/** What an erasure would come to, and the holds that stand in its way. */
export const erasureQuery = (customer: number) =>
  queryOptions({
    queryKey: ["privacy", "erasure", customer],
    queryFn: ({ signal }) => get<ErasurePreview>(`/customers/${customer}/erasure`, undefined, signal),
    staleTime: 0,
  });

/** Exports and erasures, the latest first: of one customer, or of all (0). */
export const tasksQuery = (customer: number) =>
  infiniteQueryOptions({
    queryKey: ["privacy", "tasks", customer],
    queryFn: ({ pageParam, signal }) =>
      get<Page<PrivacyTask>>("/privacy/tasks", { customer, cursor: pageParam, limit: customer ? 10 : 50 }, signal),
    initialPageParam: "",
    getNextPageParam: (last) => last.next || undefined,
  });

export const holdsQuery = (ended: boolean) =>
  infiniteQueryOptions({
    queryKey: ["privacy", "holds", ended],
    queryFn: ({ pageParam, signal }) =>
      get<Page<HeldBody>>("/privacy/holds", { ended, cursor: pageParam, limit: 50 }, signal),
    initialPageParam: "",
    getNextPageParam: (last) => last.next || undefined,
  });
