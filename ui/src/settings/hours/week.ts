import type { Span } from "./queries";

/** The days of the week as people read them, Monday first, by their place in a calendar's week. */
export const days = [1, 2, 3, 4, 5, 6, 0] as const;

export const midnight = 24 * 60;

/** A minute of the wall clock: "09:30"; what lies past midnight is of the next day. */
export function clockOf(minute: number): string {
  const of = minute % midnight;
  return `${String(Math.floor(of / 60)).padStart(2, "0")}:${String(of % 60).padStart(2, "0")}`;
}

/** Reads "09:30"; undefined where it is no time. */
export function minuteOf(text: string): number | undefined {
  const parts = /^(\d{1,2}):(\d{2})/.exec(text);
  if (!parts) return undefined;
  const minute = Number(parts[1]) * 60 + Number(parts[2]);
  return minute < midnight ? minute : undefined;
}

/** A span whose end was typed: at or before its beginning it is of the next day. */
export function span(from: number, to: number): Span {
  const end = to % midnight;
  return { from, to: end > from ? end : end + midnight };
}

/** How a span reads: "09:00–17:00", "22:00–06:00", "00:00–24:00". */
export function words(s: Span): string {
  return `${clockOf(s.from)}–${s.to === midnight ? "24:00" : clockOf(s.to)}`;
}

/** A span of which an edge was moved by hand: in steps of a quarter of an hour, never shorter than that, within its day. */
export function moved(s: Span, edge: "from" | "to", to: number): Span {
  const at = Math.round(to / 15) * 15;
  if (edge === "from") return { ...s, from: Math.max(0, Math.min(at, s.to - 15, midnight - 15)) };
  return { ...s, to: Math.max(s.from + 15, Math.min(at, midnight)) };
}

/** Where the next span of a day would go: an hour after the last, or the usual hours of an empty day. */
export function next(hours: readonly Span[]): Span | undefined {
  const last = hours.reduce((most, h) => Math.max(most, h.to), 0);
  if (hours.length === 0) return { from: 9 * 60, to: 17 * 60 };
  const from = last + 60;
  return from >= midnight - 60 ? undefined : { from, to: Math.min(from + 4 * 60, midnight) };
}

const day = (from: number, to: number): Span[] => [{ from: from * 60, to: to * 60 }];
const whole = (workday: Span[], saturday: Span[], sunday: Span[]): Span[][] => [
  sunday,
  ...Array.from({ length: 5 }, () => workday),
  saturday,
];

/** Weeks to begin with. */
export const presets: Record<"office" | "long" | "shop" | "always", Span[][]> = {
  office: whole(day(9, 17), [], []),
  long: whole(day(8, 20), [], []),
  shop: whole(day(10, 20), day(10, 18), day(11, 16)),
  always: whole(day(0, 24), day(0, 24), day(0, 24)),
};
