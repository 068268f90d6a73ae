import type { Calendar } from "../hours/queries";
import type { Target } from "./queries";

const usual = 8 * 60;

/** How many minutes a working day has: what most weekdays of the standard calendar are open, or of the first where none is that. Eight hours where there is none. */
export function workday(calendars: Calendar[]): number {
  const calendar = calendars.find((c) => c.standard) ?? calendars[0];
  const lengths = (calendar?.week ?? [])
    .map((day) => day.reduce((sum, span) => sum + span.to - span.from, 0))
    .filter((n) => n > 0)
    .sort((a, b) => a - b);
  return lengths[Math.floor(lengths.length / 2)] ?? usual;
}

/** Targets by the clock as they are meant in opening hours: whole days are working days. */
export const inOpening = (targets: Target[], day: number): Target[] =>
  targets.map((x) => ({ ...x, minutes: x.minutes.map((m) => (m > 0 && m % 1440 === 0 ? (m / 1440) * day : m)) }));
