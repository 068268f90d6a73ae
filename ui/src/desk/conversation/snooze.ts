import { instantOf, wallOf } from "../../i18n/zone";

export interface Suggestion {
  key: "later" | "tomorrow" | "monday" | "week";
  at: number;
}

/** Sensible times to come back to something: none is past or doubled, all but the first begin a working day at nine. */
export function snoozeTimes(now: number, zone: string): Suggestion[] {
  const w = wallOf(now, zone);
  const at = (days: number, hour: number) => instantOf({ ...w, day: w.day + days, hour, minute: 0 }, zone);
  const out: Suggestion[] = [];
  const later = instantOf({ ...w, hour: w.hour + 3, minute: 0 }, zone);
  if (w.hour >= 6 && w.hour < 16) out.push({ key: "later", at: later });
  out.push({ key: "tomorrow", at: at(1, 9) });
  const monday = (8 - w.weekday) % 7 || 7;
  if (monday > 1) out.push({ key: "monday", at: at(monday, 9) });
  if (monday !== 7) out.push({ key: "week", at: at(7, 9) });
  return out;
}
