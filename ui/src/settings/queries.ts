import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { get } from "../api/client";
import type { Page } from "../api/types";
import type {
  AuditEntry,
  DeadJob,
  Health,
  HouseSettings,
  Passkey,
  RoleRow,
  SearchProgress,
  Session,
  Token,
  WebForm,
  WholeInbox,
} from "./types";

const items = <T>(path: string, signal: AbortSignal) => get<Page<T>>(path, undefined, signal).then((p) => p.items);

// Under "inboxes" and "settings", so that live events renew them with what the desk reads of the same things.
export const inboxQuery = (id: number) =>
  queryOptions({
    queryKey: ["inboxes", "whole", id],
    queryFn: ({ signal }) => get<WholeInbox>(`/inboxes/${id}`, undefined, signal),
    staleTime: 0,
  });
export const formQuery = (inbox: number) =>
  queryOptions({
    queryKey: ["inboxes", "form", inbox],
    queryFn: ({ signal }) => get<WebForm>(`/inboxes/${inbox}/form`, undefined, signal),
    staleTime: 0,
  });
export const healthQuery = queryOptions({
  queryKey: ["inboxes", "health"],
  queryFn: ({ signal }) => items<Health>("/inboxes/health", signal),
  staleTime: 0,
  refetchInterval: 10_000,
});
export const houseQuery = queryOptions({
  queryKey: ["settings"],
  queryFn: ({ signal }) => get<HouseSettings>("/settings", undefined, signal),
  staleTime: 0,
});
export const sessionsQuery = queryOptions({
  queryKey: ["sessions"],
  queryFn: ({ signal }) => items<Session>("/profile/sessions", signal),
  staleTime: 0,
});
export const passkeysQuery = queryOptions({
  queryKey: ["passkeys"],
  queryFn: ({ signal }) => items<Passkey>("/profile/passkeys", signal),
  staleTime: 0,
});
export const tokensQuery = queryOptions({
  queryKey: ["tokens"],
  queryFn: ({ signal }) => items<Token>("/tokens", signal),
  staleTime: 0,
});
export const rolesQuery = queryOptions({
  queryKey: ["roles"],
  queryFn: ({ signal }) => items<RoleRow>("/roles", signal),
  staleTime: Number.POSITIVE_INFINITY,
});
export const searchProgressQuery = queryOptions({
  queryKey: ["search", "progress"],
  queryFn: ({ signal }) => get<SearchProgress>("/search/progress", undefined, signal),
  staleTime: 0,
  refetchInterval: 5000,
});
export const deadJobsQuery = infiniteQueryOptions({
  queryKey: ["jobs", "dead"],
  queryFn: ({ pageParam, signal }) => get<Page<DeadJob>>("/jobs/dead", { cursor: pageParam, limit: 50 }, signal),
  initialPageParam: "",
  getNextPageParam: (last) => last.next || undefined,
  staleTime: 0,
});
export const auditQuery = infiniteQueryOptions({
  queryKey: ["audit"],
  queryFn: ({ pageParam, signal }) => get<Page<AuditEntry>>("/audit", { cursor: pageParam, limit: 50 }, signal),
  initialPageParam: "",
  getNextPageParam: (last) => last.next || undefined,
  staleTime: 0,
});
