import { queryOptions } from "@tanstack/react-query";
import { get } from "./client";

/** What rules are called, for what they did; those that were deleted are not among them. */
export const ruleNamesQuery = queryOptions({
  queryKey: ["rules", "names"],
  queryFn: ({ signal }) =>
    get<{ items: { id: number; name: string }[] }>("/rules", undefined, signal).then(
      (p) => new Map(p.items.map((r) => [r.id, r.name])),
    ),
  staleTime: 60_000,
});
