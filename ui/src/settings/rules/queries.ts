import { queryOptions } from "@tanstack/react-query";
import { get } from "../../api/client";
import type { components } from "../../api/schema";
import type { Action } from "../../desk/compose/macro/types";
import type { Node } from "../../desk/views/saved";

type Schemas = components["schemas"];

/** What people decide about a rule. */
export type RuleEdit = Omit<Schemas["AutomationEdit"], "condition" | "actions"> & {
  condition: Node;
  actions: Action[];
};
export type Rule = Omit<Schemas["AutomationEventRule"], "condition" | "actions"> & {
  condition: Node;
  actions: Action[];
};
export type Trial = Omit<Schemas["Trial"], "items"> & {
  items: (Omit<Schemas["Tried"], "would"> & { would: Action[] })[];
};

export const rulesQuery = queryOptions({
  queryKey: ["rules"],
  queryFn: ({ signal }) => get<{ items: Rule[] }>("/rules", undefined, signal).then((p) => p.items),
  staleTime: 0,
});

export type Firing = Schemas["AutomationFiring"];
export type Former = Omit<Schemas["AutomationFormer"], "rule"> & { rule: RuleEdit };

/** What a rule did last. */
export const firingsQuery = (id: number) =>
  queryOptions({
    queryKey: ["rules", "firings", id],
    queryFn: ({ signal }) => get<{ items: Firing[] }>(`/rules/${id}/firings`, undefined, signal).then((p) => p.items),
    staleTime: 0,
  });

/** What a rule was, the newest first. */
export const historyQuery = (id: number) =>
  queryOptions({
    queryKey: ["rules", "history", id],
    queryFn: ({ signal }) => get<{ items: Former[] }>(`/rules/${id}/history`, undefined, signal).then((p) => p.items),
    staleTime: 0,
  });

/** The rules that were deleted last. */
export const goneQuery = queryOptions({
  queryKey: ["rules", "gone"],
  queryFn: ({ signal }) =>
    get<{ items: Schemas["AutomationGone"][] }>("/rules/deleted", undefined, signal).then((p) => p.items),
  staleTime: 0,
});

/** In what two versions of a rule differ. */
export function differs(a: RuleEdit, b: RuleEdit) {
  const parts = ["name", "active", "events", "condition", "actions", "stop"] as const;
  return parts.filter((p) => JSON.stringify(a[p] ?? null) !== JSON.stringify(b[p] ?? null));
}

export const blank = (zone: string): RuleEdit => ({
  name: "",
  active: true,
  events: ["message.received"],
  condition: {},
  actions: [],
  stop: false,
  zone,
  version: 0,
});

export const editOf = ({ name, active, events, condition, actions, stop, zone, version }: Rule): RuleEdit => ({
  name,
  active,
  events,
  condition,
  actions,
  stop,
  zone,
  version,
});

/** What a rule that acts by time has for its events. */
export const byTime = ["time"];
export const isTimed = (r: { events: readonly string[] }) => r.events[0] === "time";

/** The key of the words for an event. */
export const eventKey = (event: string) => `rule.on.${event.replace(".", "_")}`;

/** Ready-made rules, in the words of the reader's language. */
export const starts = {
  complaint: (t: (key: string) => string): Partial<RuleEdit> => ({
    name: t("rule.complaint"),
    condition: {
      any: [
        { attr: "message.subject", op: "contains", values: [t("rule.complaint_words")] },
        { attr: "message.text", op: "contains", values: [t("rule.complaint_words")] },
      ],
    },
    actions: [{ do: "set_priority", priority: 3 }],
  }),
  night: (t: (key: string) => string): Partial<RuleEdit> => ({
    name: t("rule.night"),
    events: ["conversation.opened"],
    condition: { all: [{ attr: "hours.open", op: "no", values: [] }] },
    actions: [{ do: "set_priority", priority: 0 }],
  }),
  closed: (t: (key: string) => string): Partial<RuleEdit> => ({
    name: t("rule.closed"),
    events: ["conversation.opened"],
    condition: { all: [{ attr: "hours.open", op: "no", values: [] }] },
    actions: [{ do: "answer" }],
  }),
  spam: (t: (key: string) => string): Partial<RuleEdit> => ({
    name: t("rule.spam"),
    events: ["conversation.opened"], // what goes on already is nobody's spam
    condition: {
      any: t("rule.spam_words")
        .split(", ")
        .flatMap((word) => [
          { attr: "message.subject", op: "contains", values: [word] },
          { attr: "message.text", op: "contains", values: [word] },
        ]),
    },
    actions: [{ do: "mark_spam" }],
  }),
  language: (t: (key: string) => string): Partial<RuleEdit> => ({
    name: t("rule.language"),
    events: ["conversation.opened"],
    condition: { all: [{ attr: "language", op: "is", values: [t("rule.language_code")] }] },
    actions: [{ do: "set_team" }],
  }),
  silent: (t: (key: string) => string): Partial<RuleEdit> => ({
    name: t("rule.silent"),
    events: byTime,
    condition: {
      all: [
        { attr: "status", op: "is", values: ["waiting"] },
        { attr: "silent", op: "older", amount: 7, unit: "days" },
      ],
    },
    actions: [{ do: "set_status", status: "resolved" }],
  }),
  overdue: (t: (key: string) => string): Partial<RuleEdit> => ({
    name: t("rule.overdue"),
    events: byTime,
    condition: { all: [{ attr: "due", op: "older", amount: 4, unit: "hours" }] },
    actions: [{ do: "tell", leads: true }],
  }),
};

export type Start = keyof typeof starts;
