import type { Format } from "../i18n/format";
import type { AwayReason, Presence } from "./queries";

type T = (key: string, values?: Record<string, unknown>) => string;

/** A reason as the house calls it, or as the desk does where it has no name of its own. */
export function reasonWords(t: T, reason: AwayReason | undefined): string {
  if (!reason) return "";
  return reason.name || t(`presence.reason.${reason.code}`);
}

/** When somebody will be back: "back at 13:30", "back tomorrow at 09:00", "back on 12 Nov at 09:00". */
export function backWords(t: T, format: Format, until: number, now: number): string {
  return t(`presence.back_${format.nearDay(until, now)}`, {
    day: format.shortDay(until, now),
    time: format.clock(until),
  });
}

/** What stands behind the state: "lunch, back at 13:30". */
export function whyWords(t: T, format: Format, p: Presence, reasons: AwayReason[], now: number): string {
  const until = p.until ? Date.parse(p.until) : 0;
  const why = [
    reasonWords(
      t,
      reasons.find((r) => r.id === p.reason),
    ),
    p.why === "idle" || p.why === "hours" || p.why === "absent" ? t(`presence.why.${p.why}`) : "",
    until > now && p.state !== "online" ? backWords(t, format, until, now) : "",
  ];
  return why.filter(Boolean).join(", ");
}

/** The whole of it in words: "Away: lunch, back at 13:30". */
export function standingWords(t: T, format: Format, p: Presence, reasons: AwayReason[], now: number): string {
  const why = whyWords(t, format, p, reasons, now);
  const state = t(`presence.state.${p.state}`);
  return why ? `${state}: ${why}` : state;
}
