import { infiniteQueryOptions, keepPreviousData, queryOptions, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { byName } from "../i18n/natural";
import { get } from "./client";
import type {
  Agent,
  Conversation,
  Customer,
  Draft,
  Found,
  Inbox,
  Opened,
  Order,
  Page,
  Scheduled,
  Tag,
  Team,
  ViewCount,
} from "./types";

const whole = { staleTime: 5 * 60_000 };

// The lookups are small and whole; live events refresh them.
export const agentsQuery = queryOptions({
  queryKey: ["agents"],
  queryFn: ({ signal }) => get<Page<Agent>>("/agents", { limit: 500 }, signal).then((p) => byName(p.items)),
  ...whole,
});
export const teamsQuery = queryOptions({
  queryKey: ["teams"],
  queryFn: ({ signal }) => get<Page<Team>>("/teams", undefined, signal).then((p) => byName(p.items)),
  ...whole,
});
export const inboxesQuery = queryOptions({
  queryKey: ["inboxes"],
  queryFn: ({ signal }) => get<Page<Inbox>>("/inboxes", undefined, signal).then((p) => byName(p.items)),
  ...whole,
});
export const tagsQuery = queryOptions({
  queryKey: ["tags"],
  queryFn: ({ signal }) => get<Page<Tag>>("/tags", undefined, signal).then((p) => byName(p.items)),
  ...whole,
});

/** Whether a job gave up and waits for an administrator; a live event says when that changes. */
export const stuckQuery = queryOptions({
  queryKey: ["jobs", "stuck"],
  queryFn: ({ signal }) =>
    get<{ items: unknown[] }>("/jobs/dead", { limit: 1 }, signal).then((page) => page.items.length > 0),
  ...whole,
});

/** Counts of all views of the signed-in agent. */
export const viewsQuery = queryOptions({
  queryKey: ["views"],
  queryFn: ({ signal }) => get<{ items: ViewCount[] }>("/views", undefined, signal).then((v) => v.items),
});

export interface ListKey {
  view: string;
  sort: Order;
}

/** Where a page is not full since looking through finished conversations took too long. */
export interface Looked {
  count: number;
  back: string | null;
}

function orderParams(sort: Order) {
  if (!sort.startsWith("by:")) return { sort };
  const by = sort.slice(3);
  return by.startsWith("-") ? { by: by.slice(1), desc: true } : { by };
}

/** A view's rows, page by page. */
/** The first page comes soon; whoever scrolls on reads further than he sees. */
const firstPage = 50;
const laterPage = 200;

export const listQuery = ({ view, sort }: ListKey) =>
  infiniteQueryOptions({
    queryKey: ["list", view, sort],
    queryFn: ({ pageParam, signal }) =>
      get<Page<Conversation> & { looked?: Looked }>(
        "/conversations",
        { view, ...orderParams(sort), cursor: pageParam, limit: pageParam ? laterPage : firstPage },
        signal,
      ),
    initialPageParam: "",
    getNextPageParam: (last) => last.next || undefined,
  });

/** An open conversation, by the number that people quote. */
export const conversationQuery = (number: number) =>
  queryOptions({
    queryKey: ["conversation", number],
    queryFn: ({ signal }) => get<Opened>(`/conversations/number/${number}`, undefined, signal),
    staleTime: 30_000,
  });

export const customerQuery = (id: number) =>
  queryOptions({
    queryKey: ["customer", id],
    queryFn: ({ signal }) => get<Customer>(`/customers/${id}`, undefined, signal),
  });

export const draftsQuery = queryOptions({
  queryKey: ["drafts"],
  queryFn: ({ signal }) => get<Page<Draft>>("/drafts", undefined, signal).then((p) => p.items),
});

export const scheduledQuery = queryOptions({
  queryKey: ["scheduled"],
  queryFn: ({ signal }) => get<Page<Scheduled>>("/scheduled", undefined, signal).then((p) => p.items),
});

export const searchQuery = (q: string) =>
  queryOptions({
    queryKey: ["search", q],
    queryFn: ({ signal }) => get<Found>("/search", { q }, signal),
    enabled: q.trim() !== "",
    placeholderData: keepPreviousData,
    staleTime: 10_000,
  });

/** The people, teams, inboxes and tags that rows and timelines name by id. */
export interface Directory {
  agent(id: number | undefined): Agent | undefined;
  team(id: number | undefined): Team | undefined;
  inbox(id: number | undefined): Inbox | undefined;
  tag(id: number | undefined): Tag | undefined;
  agents: Agent[];
  teams: Team[];
  inboxes: Inbox[];
  tags: Tag[];
}

const nothing: never[] = [];

export function useDirectory(): Directory {
  const agents = useQuery(agentsQuery).data ?? nothing;
  const teams = useQuery(teamsQuery).data ?? nothing;
  const inboxes = useQuery(inboxesQuery).data ?? nothing;
  const tags = useQuery(tagsQuery).data ?? nothing;
  return useMemo(
    () => ({
      agent: (id) => agents.find((a) => a.id === id),
      team: (id) => teams.find((t) => t.id === id),
      inbox: (id) => inboxes.find((i) => i.id === id),
      tag: (id) => tags.find((t) => t.id === id),
      agents,
      teams,
      inboxes,
      tags,
    }),
    [agents, teams, inboxes, tags],
  );
}
