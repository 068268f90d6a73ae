import { queryOptions, useQuery } from "@tanstack/react-query";
import { createContext, useContext } from "react";
import { useTranslation } from "react-i18next";
import { get } from "../../api/client";
import type { Page } from "../../api/types";

/** Something that conditions ask for, lists are sorted by and tables show. */
export interface Attribute {
  key: string;
  kind: "choice" | "ref" | "refs" | "text" | "number" | "moment" | "day" | "flag" | "yearly" | "clock" | "weekday";
  of?: string;
  name?: string;
  owner?: string;
  choices?: string[];
  options?: { id: number; name: string }[];
  ops: string[];
  sorts?: boolean;
}

export const attributesQuery = queryOptions({
  queryKey: ["attributes"],
  queryFn: ({ signal }) => get<Page<Attribute>>("/conversations/attributes", undefined, signal).then((p) => p.items),
  staleTime: 60_000,
});

export const customerAttributesQuery = queryOptions({
  queryKey: ["attributes", "customers"],
  queryFn: ({ signal }) => get<Page<Attribute>>("/customers/attributes", undefined, signal).then((p) => p.items),
  staleTime: 60_000,
});

/** What rules can ask for, and the events that they can be asked about. */
export const ruleAttributesQuery = queryOptions({
  queryKey: ["attributes", "rules"],
  queryFn: ({ signal }) => get<{ items: Attribute[]; events: string[] }>("/rules/attributes", undefined, signal),
  staleTime: 60_000,
});

/** What the conditions below are about: a rule asks about a conversation and about what happened to it. */
export const Subject = createContext<"conversation" | "customer" | "rule">("conversation");

/** Whether something is asked of what happened, and not of the conversation. */
export const isHappening = (key: string) => /^((event|hours|message|agent|team)\.|clock$|weekday$)/.test(key);

/** What of an attribute can be asked for below; all of each where this is missing. */
export const Offered = createContext<((a: Attribute) => Attribute | undefined) | undefined>(undefined);

const none: Attribute[] = [];

export function useAttributes(): Attribute[] {
  const subject = useContext(Subject);
  const offered = useContext(Offered);
  const rules = useQuery({ ...ruleAttributesQuery, enabled: subject === "rule" }).data?.items;
  const listed = useQuery({
    ...(subject === "customer" ? customerAttributesQuery : attributesQuery),
    enabled: subject !== "rule",
  }).data;
  const all = (subject === "rule" ? rules : listed) ?? none;
  return offered ? all.flatMap((a) => offered(a) ?? []) : all;
}

/** What an attribute is called: a custom field by its own name. */
export function useAttributeName(): (a: Pick<Attribute, "key" | "name">) => string {
  const { t } = useTranslation();
  const words = useContext(Subject) === "customer" ? "segments" : "views";
  return (a) =>
    a.name ??
    t(isHappening(a.key) ? `rule.attr.${a.key.replace(".", "_")}` : `${words}.attr.${a.key.replace(".", "_")}`);
}
