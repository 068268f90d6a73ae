import { queryOptions } from "@tanstack/react-query";
import { get } from "../../api/client";
import type { components } from "../../api/schema";

export type Distribution = components["schemas"]["RoutingDistribution"];
export type Weight = components["schemas"]["RoutingWeight"];
export type SkillNeed = components["schemas"]["RoutingSkillNeed"];
export type Need = NonNullable<Distribution["speak"]>;
export type Method = Distribution["method"];

/** How a team gives out what waits. */
export const distributionQuery = (team: number) =>
  queryOptions({
    queryKey: ["distribution", team],
    queryFn: ({ signal }) => get<Distribution>(`/teams/${team}/distribution`, undefined, signal),
    staleTime: 0,
  });

export const needs = ["", "preferred", "required"] as const satisfies readonly Need[];

export const methods = ["", "in_turn", "least_busy", "most_idle", "weighted"] as const satisfies readonly Method[];
