import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { get } from "../../api/client";
import type { components } from "../../api/schema";

export type Purchase = components["schemas"]["Purchase"];
export type Value = components["schemas"]["Value"];
type About = components["schemas"]["AboutPurchases"];
type Bought = components["schemas"]["BoughtPage"];

/** What a conversation's panel shows of purchases. */
export const aboutQuery = (conversation: number) =>
  queryOptions({
    queryKey: ["purchases", "conversation", conversation],
    queryFn: ({ signal }) => get<About>(`/conversations/${conversation}/purchases`, undefined, signal),
  });

/** A customer's purchases, the latest first, page by page, with what they are worth. */
export const boughtQuery = (customer: number) =>
  infiniteQueryOptions({
    queryKey: ["purchases", "customer", customer],
    queryFn: ({ pageParam, signal }) =>
      get<Bought>(`/customers/${customer}/purchases`, { cursor: pageParam, limit: 20 }, signal),
    initialPageParam: "",
    getNextPageParam: (last) => last.next || undefined,
  });

/** What the purchases of twelve months are worth of those customers who bought something. */
export const valuesQuery = (customers: number[]) =>
  queryOptions({
    queryKey: ["purchases", "values", customers],
    queryFn: ({ signal }) =>
      get<{ items: { customer: number; values: Value[] }[] }>(
        "/purchases/values",
        { customers: customers.join(",") },
        signal,
      ).then((l) => new Map(l.items.map((i) => [i.customer, i.values]))),
    enabled: customers.length > 0,
  });
