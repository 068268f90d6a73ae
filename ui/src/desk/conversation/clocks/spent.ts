import type { Clock } from "./queries";

/**
 * How much of a clock has gone now, in seconds, as far as that is known without asking again: one that counts every hour goes on by itself, one by opening hours
 * stands as the server said.
 */
export function spentNow(c: Pick<Clock, "state" | "counts" | "spent" | "due" | "target">, now: number): number {
  if (c.state !== "running" || c.counts !== "clock" || !c.due) return c.spent;
  return Math.max(c.spent, c.target - Math.max(0, Date.parse(c.due) - now) / 1000);
}

/** How a clock stands as colours tell it: also whether it is close to its due time, and late from that moment on, without asking again. */
export function standing(c: Pick<Clock, "state" | "due" | "warn">, now: number): Clock["state"] | "close" {
  if (c.state !== "running") return c.state;
  if (c.due && Date.parse(c.due) <= now) return "breached";
  return c.warn && Date.parse(c.warn) <= now ? "close" : "running";
}
