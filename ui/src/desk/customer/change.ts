import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { patch } from "../../api/client";
import { isProblem } from "../../api/problem";
import type { Customer, Opened } from "../../api/types";

export const fields = [
  "name",
  "organisation",
  "language",
  "note",
  "timeZone",
  "birthday",
  "prefers",
  "hours",
  "warnings",
] as const;
export type Field = (typeof fields)[number];
type Listed = "hours" | "warnings";
export type Values = Partial<Record<Exclude<Field, Listed>, string>> & Partial<Pick<Customer, Listed>>;

/** What a field says, as text to compare. */
const asText = (value: unknown): string => (typeof value === "string" ? value : value ? JSON.stringify(value) : "");

export const fieldOf = (c: Customer, field: Field): string => asText(c[field]);

/** Which of the fields that somebody changes here were changed to something else meanwhile, seen from where he began. */
export function clashes(base: Customer, theirs: Customer, mine: Values): Field[] {
  return fields.filter(
    (f) => mine[f] !== undefined && fieldOf(theirs, f) !== fieldOf(base, f) && fieldOf(theirs, f) !== asText(mine[f]),
  );
}

/** Puts a customer where the screen reads it: into every open conversation that is his, and on his page. */
export function showCustomer(client: QueryClient, next: Customer) {
  for (const [key, opened] of client.getQueriesData<Opened>({ queryKey: ["conversation"] })) {
    if (opened?.customer.id === next.id && opened.customer.version <= next.version)
      client.setQueryData<Opened>(key, { ...opened, customer: next });
  }
  client.setQueryData<{ customer: Customer }>(
    ["customer", next.id, "page"],
    (page) => page && (page.customer.version <= next.version ? { ...page, customer: next } : page),
  );
}

/**
 * Changes a customer from what `base` held. Where somebody else changed other fields meanwhile both hold; where he changed the same ones
 * nothing is saved, and the result names them and what they are now. Refusals for other reasons are thrown.
 */
export function useCustomerChange() {
  const client = useQueryClient();
  return useCallback(
    async (base: Customer, mine: Values): Promise<{ theirs: Customer; fields: Field[] } | undefined> => {
      let version = base.version;
      for (let attempt = 0; ; attempt++) {
        try {
          showCustomer(client, await patch<Customer>(`/customers/${base.id}`, { ...mine, version }));
          return undefined;
        } catch (err) {
          const theirs = (isProblem(err, "conflict") ? err.details : undefined) as { current?: Customer } | undefined;
          if (!theirs?.current) throw err;
          showCustomer(client, theirs.current);
          const against = clashes(base, theirs.current, mine);
          if (against.length > 0) return { theirs: theirs.current, fields: against };
          if (attempt === 3) throw err;
          version = theirs.current.version;
        }
      }
    },
    [client],
  );
}
