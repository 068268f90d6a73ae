import { queryOptions } from "@tanstack/react-query";
import { get } from "../../../api/client";
import type { components } from "../../../api/schema";
import type { Node } from "../../views/saved";

type Schemas = components["schemas"];

export type Limit = Schemas["StatuteLimit"];
export type Term = Schemas["Term"];
/** What people decide about a time limit of the law. */
export type StatuteEdit = Omit<Schemas["StatuteEdit"], "condition"> & { condition: Node };
export type Statute = Omit<Schemas["Statute"], "condition"> & { condition: Node };
type All = Omit<Schemas["StatuteAll"], "items"> & { items: Statute[] };

export const statutesQuery = queryOptions({
  queryKey: ["statutes"],
  queryFn: ({ signal }) => get<All>("/statutes", undefined, signal),
  staleTime: 60_000,
});

/** The time limits of a conversation. They change with its events, of which the newest is named, and with when it is due. */
export const limitsQuery = (id: number, mark: string) =>
  queryOptions({
    queryKey: ["limits", id, mark],
    queryFn: ({ signal }) => get<{ items: Limit[] }>(`/conversations/${id}/statutes`, undefined, signal),
    staleTime: 0,
    placeholderData: (before, last) => (last?.queryKey[1] === id ? before : undefined),
  });
