import { queryOptions } from "@tanstack/react-query";
import { get } from "../../api/client";
import type { components } from "../../api/schema";

type Schemas = components["schemas"];

export type Wallboard = Schemas["Wallboard"];
export type WallboardEdit = Schemas["WallboardEdit"];
export type WallLink = Schemas["WallLink"];

export const wallboardsQuery = queryOptions({
  queryKey: ["wallboards"],
  queryFn: ({ signal }) => get<{ items: Wallboard[] }>("/wallboards", undefined, signal).then((p) => p.items),
  staleTime: 0,
});
