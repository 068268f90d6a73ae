import { queryOptions, useQuery } from "@tanstack/react-query";
import { get } from "../../api/client";
import type { Page, TagColour } from "../../api/types";
import type { IconName } from "../../parts/Icon";

/** What belongs to a view: a group (all or any) or a comparison. */
export interface Node {
  all?: Node[];
  any?: Node[];
  attr?: string;
  op?: string;
  values?: string[];
  amount?: number;
  unit?: "" | "minutes" | "hours" | "days" | "weeks";
}

export interface SortBy {
  by: string;
  desc?: boolean;
}

export interface Column {
  key: string;
  width?: number;
}

/** What people decide about a view. */
export interface ViewEdit {
  name: string;
  audience: "personal" | "teams" | "everyone";
  teams: number[];
  icon: string;
  colour: TagColour;
  shelves: string[];
  condition: Node;
  sort: SortBy;
  layout: "list" | "table";
  columns: Column[];
  pinned: boolean;
  zone: string;
  version: number;
}

export interface SavedView extends ViewEdit {
  id: number;
  owner: number;
  position: number;
  mayChange: boolean;
  live: boolean;
  broken?: boolean;
  filling: { done: boolean; looked: number; total: number };
}

export const savedViewsQuery = queryOptions({
  queryKey: ["saved-views"],
  queryFn: ({ signal }) => get<Page<SavedView>>("/saved-views", undefined, signal).then((p) => p.items),
  staleTime: 5 * 60_000,
});

/** The id of a saved view by its name among views; undefined for a built-in one. */
export function savedId(view: string): number | undefined {
  return view.startsWith("saved:") ? Number(view.slice(6)) : undefined;
}

export function useSavedView(view: string): SavedView | undefined {
  const id = savedId(view);
  const all = useQuery({ ...savedViewsQuery, enabled: id !== undefined }).data;
  return id === undefined ? undefined : all?.find((v) => v.id === id);
}

/** How an order is written where lists are told apart: by:due, by:-last. */
export const orderOf = (s: SortBy) => `by:${s.desc ? "-" : ""}${s.by}`;

export function sortOf(order: string): SortBy {
  const by = order.slice(3);
  return by.startsWith("-") ? { by: by.slice(1), desc: true } : { by, desc: false };
}

/** The pictures that views can have here. */
export const icons = ["list", "inbox", "clock", "alert", "person", "people", "shield", "check"] as const;

/** The picture of a view; a list for one that this desk does not draw. */
export const iconOf = (name: string): IconName => icons.find((i) => i === name) ?? "list";
