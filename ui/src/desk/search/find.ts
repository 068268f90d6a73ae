import { infiniteQueryOptions, keepPreviousData } from "@tanstack/react-query";
import { get } from "../../api/client";
import type { SearchPage } from "../../api/types";

export type Sort = "best" | "newest";

/** How many conversations a page of results holds: more than any window shows of them. What follows is fetched as the end comes near. */
const pageSize = 20;

/** What answers a query, page by page. While it is being typed its last word stands for all that begin so. */
export const findQuery = (q: string, sort: Sort, typing = false) =>
  infiniteQueryOptions({
    queryKey: ["find", q, sort, typing],
    queryFn: ({ pageParam, signal }) =>
      get<SearchPage>(
        "/search/messages",
        { q, sort, limit: pageSize, ...(typing ? { typing } : {}), ...(pageParam ? { cursor: pageParam } : {}) },
        signal,
      ),
    initialPageParam: "",
    getNextPageParam: (last) => last.next || undefined,
    enabled: q.trim() !== "",
    retry: false,
    ...(typing ? { placeholderData: keepPreviousData } : {}),
    staleTime: 10_000,
  });

/** Adds a filter to a query, or takes it out where it is there. */
export function toggled(q: string, filter: string): string {
  const parts = q.trim().split(/\s+/).filter(Boolean);
  const without = parts.filter((p) => p.toLowerCase() !== filter);
  return (without.length < parts.length ? without : [...parts, filter]).join(" ");
}

export interface Piece {
  text: string;
  found: boolean;
}

/** Parts a text into what was found and what stands around it. Marks are in order and apart. */
export function pieces(text: string, marks: readonly { start: number; end: number }[]): Piece[] {
  const out: Piece[] = [];
  let at = 0;
  for (const m of marks) {
    if (m.start > at) out.push({ text: text.slice(at, m.start), found: false });
    out.push({ text: text.slice(m.start, m.end), found: true });
    at = m.end;
  }
  if (at < text.length) out.push({ text: text.slice(at), found: false });
  return out;
}
