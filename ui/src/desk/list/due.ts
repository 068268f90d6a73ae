import type { Conversation } from "../../api/types";
import type { Format } from "../../i18n/format";
import type { Tone } from "../../parts/Pill";

type T = (key: string, values?: Record<string, unknown>) => string;

/**
 * From when what is due is close, in milliseconds: as the policy warns, else in the last quarter of the time since the customer waits. It follows the clock and not opening
 * hours, as the row does not know them; only where a policy says nothing is that a guess.
 */
export function soonFrom(c: Pick<Conversation, "dueAt" | "dueSoonAt" | "waitingSince">): number {
  if (c.dueSoonAt) return Date.parse(c.dueSoonAt);
  if (!c.dueAt || !c.waitingSince) return Number.POSITIVE_INFINITY;
  const since = Date.parse(c.waitingSince);
  return since + (Date.parse(c.dueAt) - since) * 0.75;
}

/**
 * What the clock says about what is due next, by the name of the promise where a policy gave one and else as the inbox's own answer: late in
 * red, close in amber, else quiet. The words say it without the colour. Undefined where we owe nothing, and for what is finished, spam or trash.
 */
export function dueWords(t: T, format: Format, c: Conversation, now: number): { tone: Tone; text: string } | undefined {
  const tone = dueTone(c, now);
  if (!tone || !c.dueAt) return undefined;
  const promise = c.dueFor ? `_${c.dueFor}` : "";
  const span = format.span(Date.parse(c.dueAt) - now);
  return { tone, text: t(`due.${tone === "late" ? "late" : "in"}${promise}`, { span }) };
}

/** The colour of what is due next, as dueWords gives it. */
export function dueTone(c: Conversation, now: number): "late" | "warn" | "grey" | undefined {
  if (!c.dueAt || c.spam || c.trashedAt || c.status === "resolved" || c.status === "closed") return undefined;
  if (Date.parse(c.dueAt) <= now) return "late";
  return now >= soonFrom(c) ? "warn" : "grey";
}
