import { queryOptions } from "@tanstack/react-query";
import { get } from "../../api/client";
import type { components } from "../../api/schema";

export type Calendar = components["schemas"]["Calendar"];
export type CalendarEdit = components["schemas"]["CalendarEdit"];
export type CalendarDay = components["schemas"]["CalendarDay"];
export type Span = components["schemas"]["OpenHours"];
export type Shown = components["schemas"]["HoursShown"];
export type Holiday = components["schemas"]["HolidayBody"];
type Country = components["schemas"]["CountryBody"];
type All = components["schemas"]["CalendarList"];

export const calendarsQuery = queryOptions({
  queryKey: ["calendars"],
  queryFn: ({ signal }) => get<All>("/calendars", undefined, signal),
  staleTime: 0,
  refetchInterval: (q) => (q.state.data && q.state.data.work.total > 0 ? 1000 : false), // what is due is being worked out
});

export const countriesQuery = queryOptions({
  queryKey: ["calendars", "countries"],
  queryFn: ({ signal }) => get<{ items: Country[] }>("/holidays", undefined, signal).then((l) => l.items),
  staleTime: Number.POSITIVE_INFINITY,
});

export const holidaysQuery = (country: string, part: string, year: number) =>
  queryOptions({
    queryKey: ["calendars", "holidays", country, part, year],
    queryFn: ({ signal }) =>
      get<{ items: Holiday[] }>(`/holidays/${country}/${year}`, { part }, signal).then((l) => l.items),
    staleTime: Number.POSITIVE_INFINITY,
    enabled: country !== "",
  });
