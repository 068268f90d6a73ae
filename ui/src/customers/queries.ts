import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { get } from "../api/client";
import type { components } from "../api/schema";
import type { Conversation, Customer, Organisation, Page, Time } from "../api/types";

export type CustomerPageBody = components["schemas"]["CustomerPage"] & { customer: Customer };
export type Said = components["schemas"]["ConversationSaid"];
export type SaidPage = components["schemas"]["SaidPage"];
export type Consent = components["schemas"]["Consent"];

export interface Wanted {
  q: string;
  language: string;
  warned: boolean;
  organisation?: number;
  segment?: number;
  sort?: "value" | "contact";
}

export type Listed = Customer & { lastContact?: Time };

/** Customers by name, page by page. A page may be short and still have a next one. */
export const customersQuery = (w: Wanted) =>
  infiniteQueryOptions({
    queryKey: ["customers", w],
    queryFn: ({ pageParam, signal }) =>
      get<Page<Listed>>(
        "/customers",
        {
          q: w.q,
          language: w.language,
          warned: w.warned,
          ...(w.organisation ? { organisation: w.organisation } : {}),
          ...(w.segment ? { segment: w.segment } : {}),
          ...(w.sort ? { sort: w.sort, desc: true } : {}),
          cursor: pageParam,
          limit: 50,
        },
        signal,
      ),
    initialPageParam: "",
    getNextPageParam: (last) => last.next || undefined,
  });

/** A customer with all that his page shows at first. */
export const pageQuery = (id: number) =>
  queryOptions({
    queryKey: ["customer", id, "page"],
    queryFn: ({ signal }) => get<CustomerPageBody>(`/customers/${id}/page`, undefined, signal),
  });

export type Duplicate = Omit<components["schemas"]["CustomerDuplicate"], "first" | "second"> & {
  first: Customer;
  second: Customer;
};
export type SameAs = Omit<components["schemas"]["SameAs"], "suggested"> & { suggested: Duplicate[] };

/** Who may be the same person as a customer, and who was merged into his record. */
export const sameAsQuery = (id: number) =>
  queryOptions({
    queryKey: ["customer", id, "duplicates"],
    queryFn: ({ signal }) => get<SameAs>(`/customers/${id}/duplicates`, undefined, signal),
  });

/** A customer alone. */
export const customerQuery = (id: number) =>
  queryOptions({
    queryKey: ["customer", id, "alone"],
    queryFn: ({ signal }) => get<Customer>(`/customers/${id}`, undefined, signal),
  });

/** Everybody who may be one person, the most certain first. */
export const duplicatesQuery = () =>
  infiniteQueryOptions({
    queryKey: ["customers", "duplicates"],
    queryFn: ({ pageParam, signal }) => get<Page<Duplicate>>("/duplicates", { cursor: pageParam, limit: 50 }, signal),
    initialPageParam: "",
    getNextPageParam: (last) => last.next || undefined,
  });

/** What was said with a customer, filtered. */
export const saidQuery = (id: number, channel: string, kind: string) =>
  infiniteQueryOptions({
    queryKey: ["customer", id, "timeline", channel, kind],
    queryFn: ({ pageParam, signal }) =>
      get<SaidPage>(`/customers/${id}/timeline`, { channel, kind, cursor: pageParam, limit: 40 }, signal),
    initialPageParam: "",
    getNextPageParam: (last) => last.next || undefined,
  });

export const organisationsQuery = (q: string) =>
  infiniteQueryOptions({
    queryKey: ["organisations", q],
    queryFn: ({ pageParam, signal }) =>
      get<Page<Organisation>>("/organisations", { q, cursor: pageParam, limit: 50 }, signal),
    initialPageParam: "",
    getNextPageParam: (last) => last.next || undefined,
  });

export const organisationQuery = (id: number) =>
  queryOptions({
    queryKey: ["organisation", id],
    queryFn: ({ signal }) => get<Organisation>(`/organisations/${id}`, undefined, signal),
  });

export const organisationConversationsQuery = (id: number) =>
  queryOptions({
    queryKey: ["organisation", id, "conversations"],
    queryFn: ({ signal }) =>
      get<Page<Conversation>>(`/organisations/${id}/conversations`, undefined, signal).then((p) => p.items),
  });
