import { queryOptions } from "@tanstack/react-query";
import { get, post } from "../../api/client";
import type { components } from "../../api/schema";
import type { Node } from "../../desk/views/saved";

type Schemas = components["schemas"];

export type Target = Schemas["SlaTarget"];
export type Kind = Target["kind"];
export type Step = Omit<Schemas["ConversationPolicyStep"], "kinds"> & { kinds: Kind[] };
/** What people decide about a policy. */
export type PolicyEdit = Omit<Schemas["SlaEdit"], "condition" | "steps"> & { condition: Node; steps: Step[] };
export type Policy = Omit<Schemas["SlaPolicy"], "condition" | "steps"> & { condition: Node; steps?: Step[] };
type All = Omit<Schemas["SlaAll"], "items"> & { items: Policy[] };
type Tried = Schemas["ConversationTried"];

export const policiesQuery = queryOptions({
  queryKey: ["policies"],
  queryFn: ({ signal }) => get<All>("/policies", undefined, signal),
  staleTime: 0,
  refetchInterval: (q) => (q.state.data && !q.state.data.progress.done ? 1000 : false), // what is due is being worked out
});

/** How many conversations a policy would have, for which its place, its condition and whose days count matter, and when its targets would be due for a mail that came now. */
export const triedQuery = (
  id: number,
  condition: Node,
  zone: string,
  targets: Target[] = [{ kind: "first_answer", minutes: [1, 1, 1, 1] }],
  counts: PolicyEdit["counts"] = "clock",
) =>
  queryOptions({
    queryKey: ["policies", "try", id, JSON.stringify(condition), zone, JSON.stringify(targets), counts],
    queryFn: () =>
      post<Tried>("/policies/try", {
        id,
        policy: {
          ...blank(zone),
          name: "-",
          targets: targets.map((x) => ({ ...x, minutes: x.minutes.map((m) => Math.max(0, m)) })),
          counts,
          condition,
        },
      }),
    staleTime: 10_000,
    retry: false,
  });

/** What share of its promises a policy would have kept, by what happened in the conversations that it would have had. */
export const honestQuery = (id: number, { condition, zone, targets, counts, aim }: PolicyEdit) =>
  queryOptions({
    queryKey: ["policies", "honest", id, JSON.stringify([condition, zone, targets, counts, aim])],
    queryFn: () =>
      post<Schemas["SlaHonesty"]>("/policies/honest", {
        id,
        policy: {
          ...blank(zone),
          name: "-",
          targets: targets.map((x) => ({ ...x, minutes: x.minutes.map((m) => Math.max(0, m)) })),
          counts,
          condition,
          aim,
        },
      }),
    staleTime: 60_000,
    retry: false,
  });

export const editOf = ({ id: _, position: _position, broken: _broken, ...edit }: Policy): PolicyEdit => ({
  ...edit,
  steps: edit.steps ?? [],
});

/** What a new policy begins with. */
export const blank = (zone: string): PolicyEdit => ({
  name: "",
  active: true,
  condition: {},
  zone,
  targets: [],
  counts: "clock",
  pauses: ["waiting"],
  warn: 75,
  aim: 90,
  steps: [],
  version: 0,
});
