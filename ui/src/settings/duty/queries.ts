import { queryOptions } from "@tanstack/react-query";
import { get } from "../../api/client";
import type { components } from "../../api/schema";

type Schemas = components["schemas"];

export type Roster = Schemas["RosterNow"];
export type RosterEdit = Schemas["RosterEdit"];
export type Turn = Schemas["Turn"];
export type Absence = Schemas["Absence"];
export type AbsenceEdit = Schemas["AbsenceEdit"];
export type RosterPlan = Schemas["RosterPlan"];

export const rostersQuery = queryOptions({
  queryKey: ["rosters"],
  queryFn: ({ signal }) => get<{ items: Roster[] }>("/rosters", undefined, signal).then((p) => p.items),
  staleTime: 0,
});

export const absencesQuery = queryOptions({
  queryKey: ["absences"],
  queryFn: ({ signal }) => get<{ items: Absence[] }>("/absences", undefined, signal).then((p) => p.items),
  staleTime: 0,
});
