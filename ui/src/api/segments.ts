import { queryOptions } from "@tanstack/react-query";
import { get } from "./client";
import type { components } from "./schema";
import type { Page } from "./types";

export type Segment = components["schemas"]["Segment"];
export type SegmentTally = components["schemas"]["SegmentTally"];

/** The segments of customers that the reader has, by name. */
export const segmentsQuery = queryOptions({
  queryKey: ["segments"],
  queryFn: ({ signal }) => get<Page<Segment>>("/segments", undefined, signal).then((p) => p.items),
  staleTime: 60_000,
});

/** How many customers belong to a segment whom the reader sees. */
export const segmentCountQuery = (id: number) =>
  queryOptions({
    queryKey: ["segments", id, "count"],
    queryFn: ({ signal }) => get<SegmentTally>(`/segments/${id}/count`, undefined, signal),
  });
