import { queryOptions } from "@tanstack/react-query";
import { get } from "../../api/client";
import type { Checklist, ChecklistTemplate, ConversationType, CustomField, TimeEntry, Timer } from "./types";

const items = <T>(path: string, signal: AbortSignal) =>
  get<{ items: T[] }>(path, undefined, signal).then((list) => list.items);
const whole = { staleTime: 5 * 60_000 };

// Definitions are small and whole; live events refresh them.
export const fieldsQuery = queryOptions({
  queryKey: ["fields"],
  queryFn: ({ signal }) => items<CustomField>("/fields", signal),
  ...whole,
});
export const typesQuery = queryOptions({
  queryKey: ["types"],
  queryFn: ({ signal }) => items<ConversationType>("/types", signal),
  ...whole,
});
export const templatesQuery = queryOptions({
  queryKey: ["templates"],
  queryFn: ({ signal }) => items<ChecklistTemplate>("/checklist-templates", signal),
  ...whole,
});
export const checklistsQuery = (conversation: number) =>
  queryOptions({
    queryKey: ["checklists", conversation],
    queryFn: ({ signal }) => items<Checklist>(`/conversations/${conversation}/checklists`, signal),
    staleTime: 30_000,
  });
export const workQuery = (conversation: number) =>
  queryOptions({
    queryKey: ["work", conversation],
    queryFn: ({ signal }) => items<TimeEntry>(`/conversations/${conversation}/work`, signal),
    staleTime: 30_000,
  });
export const timerQuery = queryOptions({
  queryKey: ["timer"],
  queryFn: ({ signal }) => get<{ timer?: Timer }>("/timer", undefined, signal).then((b) => b.timer ?? null),
  ...whole,
});
