import { queryOptions } from "@tanstack/react-query";
import { get } from "../api/client";
import type { components } from "../api/schema";
import type { Conversation } from "../api/types";

export type Figures = components["schemas"]["Figures"];
export type Line = components["schemas"]["FigureLine"];
export type By = "team" | "inbox" | "channel";

/** Days by the reader's clock, both within. */
export interface Span {
  from: string;
  to: string;
  by: By;
}

export const figuresQuery = (span: Span) =>
  queryOptions({
    queryKey: ["figures", span],
    queryFn: ({ signal }) => get<Figures>("/figures", { ...span }, signal),
    staleTime: 30_000,
    placeholderData: (before) => before,
  });

/** What a number on the page counts. */
export interface Which {
  figure: "received" | "answered" | "resolved" | "first_contact" | "open" | "kept" | "broken";
  /** Of one group. */
  key?: string;
  kind?: string;
  /** From 1 for the youngest. */
  age?: number;
}

export const behind = (span: Span, w: Which, below: number, signal?: AbortSignal) =>
  get<{ items: Conversation[] }>(
    "/figures/conversations",
    {
      ...span,
      figure: w.figure,
      ...(w.key === undefined ? {} : { group: `=${w.key}` }),
      ...(w.kind ? { kind: w.kind } : {}),
      ...(w.age ? { age: w.age } : {}),
      ...(below ? { below } : {}),
    },
    signal,
  ).then((p) => p.items);
