import { queryOptions, useQuery } from "@tanstack/react-query";
import { createContext, useContext } from "react";
import { useTranslation } from "react-i18next";
import { get } from "../../api/client";
import type { Page } from "../../api/types";

/** Something that conditions ask for, lists are sorted by and tables show. */
export interface Attribute {
  key: string;
  kind: "choice" | "ref" | "refs" | "text" | "number" | "moment" | "day" | "flag" | "yearly";
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

/** What the conditions below are about. */
export const Subject = createContext<"conversation" | "customer">("conversation");

/** What of an attribute can be asked for below; all of each where this is missing. */
export const Offered = createContext<((a: Attribute) => Attribute | undefined) | undefined>(undefined);

const none: Attribute[] = [];

export function useAttributes(): Attribute[] {
  const subject = useContext(Subject);
  const offered = useContext(Offered);
  const all = useQuery(subject === "customer" ? customerAttributesQuery : attributesQuery).data ?? none;
  return offered ? all.flatMap((a) => offered(a) ?? []) : all;
}

/** What an attribute is called: a custom field by its own name. */
export function useAttributeName(): (a: Pick<Attribute, "key" | "name">) => string {
  const { t } = useTranslation();
  const words = useContext(Subject) === "customer" ? "segments" : "views";
  return (a) => a.name ?? t(`${words}.attr.${a.key.replace(".", "_")}`);
}
