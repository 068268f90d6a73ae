import { queryOptions, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { get } from "../../api/client";
import type { Page } from "../../api/types";

/** Something that conditions ask for, lists are sorted by and tables show. */
export interface Attribute {
  key: string;
  kind: "choice" | "ref" | "refs" | "text" | "number" | "moment" | "day" | "flag";
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

const none: Attribute[] = [];

export const useAttributes = () => useQuery(attributesQuery).data ?? none;

/** What an attribute is called: a custom field by its own name. */
export function useAttributeName(): (a: Pick<Attribute, "key" | "name">) => string {
  const { t } = useTranslation();
  return (a) => a.name ?? t(`views.attr.${a.key.replace(".", "_")}`);
}
