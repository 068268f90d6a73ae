import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { patch } from "../../api/client";
import { isProblem } from "../../api/problem";
import type { Actor, Customer, FieldValues, Opened, Time } from "../../api/types";

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
export type Values = Partial<Record<Exclude<Field, Listed>, string>> &
  Partial<Pick<Customer, Listed>> & { fields?: FieldValues };

/** What a field says, as text to compare. */
const asText = (value: unknown): string => (typeof value === "string" ? value : value ? JSON.stringify(value) : "");

export const fieldOf = (c: Customer, field: Field): string => asText(c[field]);

/** Which of the fields that somebody changes here were changed to something else meanwhile, seen from where he began. */
export function clashes(base: Customer, theirs: Customer, mine: Values): Field[] {
  return fields.filter(
    (f) => mine[f] !== undefined && fieldOf(theirs, f) !== fieldOf(base, f) && fieldOf(theirs, f) !== asText(mine[f]),
  );
}

/** The same for custom fields: the ids of those that were given other values meanwhile. */
export function fieldClashes(base: FieldValues, theirs: FieldValues, mine: FieldValues = {}): number[] {
  const text = (of: FieldValues, id: string) => JSON.stringify(of[id] ?? null);
  return Object.keys(mine)
    .filter((id) => text(theirs, id) !== text(base, id) && text(theirs, id) !== text(mine, id))
    .map(Number);
}

type Stale = { current?: Customer; by?: Actor; at?: Time };

/** What stands against a change: the customer as he is now, and which fields of his were changed. */
export interface Against {
  theirs: Customer;
  fields: Field[];
  own: number[];
  by?: Actor;
  at?: Time;
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
    async (base: Customer, mine: Values): Promise<Against | undefined> => {
      let version = base.version;
      for (let attempt = 0; ; attempt++) {
        try {
          showCustomer(client, await patch<Customer>(`/customers/${base.id}`, { ...mine, version }));
          return undefined;
        } catch (err) {
          const theirs = (isProblem(err, "conflict") ? err.details : undefined) as Stale | undefined;
          if (!theirs?.current) throw err;
          showCustomer(client, theirs.current);
          const against = clashes(base, theirs.current, mine);
          const own = fieldClashes(base.fields, theirs.current.fields, mine.fields);
          if (against.length + own.length > 0)
            return { theirs: theirs.current, fields: against, own, by: theirs.by, at: theirs.at };
          if (attempt === 3) throw err;
          version = theirs.current.version;
        }
      }
    },
    [client],
  );
}
