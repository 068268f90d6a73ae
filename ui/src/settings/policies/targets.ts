import type { Kind, Target } from "./queries";

/** What can be promised, in the order of the table. */
export const kinds: readonly Kind[] = ["first_answer", "next_answer", "update", "resolve", "acknowledge"];

export const priorities = [0, 1, 2, 3] as const;

/** Minutes that are promised of a kind at a priority: 0 for none, -1 for what was typed and cannot be read. */
export const timeOf = (targets: Target[], kind: Kind, priority: number) =>
  targets.find((x) => x.kind === kind)?.minutes[priority] ?? 0;

/** The targets with another time in one place; in the order of the server, without kinds of which nothing is promised. */
export function withTime(targets: Target[], kind: Kind, priority: number, minutes: number): Target[] {
  const order: Kind[] = ["acknowledge", "first_answer", "next_answer", "update", "resolve"];
  return order
    .map((k) => ({
      kind: k,
      minutes: priorities.map((p) => (k === kind && p === priority ? minutes : timeOf(targets, k, p))),
    }))
    .filter((x) => x.minutes.some((m) => m !== 0));
}

/** Something that is most likely a slip, though it may be meant. */
export type Doubt =
  | { why: "slower"; higher: number; lower: number }
  | { why: "late_acknowledgement" | "early_end"; priority: number };

/** What is odd about the times of a kind: a more urgent one that waits longer, an end before the first answer. */
export function doubtOf(targets: Target[], kind: Kind): Doubt | undefined {
  for (const higher of [3, 2, 1]) {
    for (const lower of [0, 1, 2]) {
      if (lower >= higher) continue;
      const [a, b] = [timeOf(targets, kind, higher), timeOf(targets, kind, lower)];
      if (a > 0 && b > 0 && a > b) return { why: "slower", higher, lower };
    }
  }
  for (const priority of priorities) {
    const [own, first] = [timeOf(targets, kind, priority), timeOf(targets, "first_answer", priority)];
    if (own <= 0 || first <= 0) continue;
    if (kind === "acknowledge" && own > first) return { why: "late_acknowledgement", priority };
    if (kind === "resolve" && own < first) return { why: "early_end", priority };
  }
  return undefined;
}
