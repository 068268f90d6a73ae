import { queryOptions } from "@tanstack/react-query";
import { get } from "../../api/client";
import type { components } from "../../api/schema";

export type Skill = components["schemas"]["Skill"];

/** What people can, by which teams choose whom a conversation is given to. */
export const skillsQuery = queryOptions({
  queryKey: ["skills"],
  queryFn: ({ signal }) => get<{ items: Skill[] }>("/skills", undefined, signal).then((list) => list.items),
  staleTime: 0,
});
