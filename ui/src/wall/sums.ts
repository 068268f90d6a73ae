import { share } from "../figures/spans";

export { share };

/** A share in the colour in which it is shown: nearly all is well, most is not enough. */
export function toneOf(percent: number | undefined): "ok" | "warn" | "late" | "quiet" {
  if (percent === undefined) return "quiet";
  if (percent >= 95) return "ok";
  return percent >= 80 ? "warn" : "late";
}

/** Points by which a share rose; undefined where there is nothing to compare. */
export function points(part: number, all: number, partBefore: number, allBefore: number): number | undefined {
  const now = share(part, all);
  const before = share(partBefore, allBefore);
  return now === undefined || before === undefined ? undefined : now - before;
}

/** What a screen shows of more rows than it has room for: one page after the other, each turn the next. */
export function page<T>(
  all: readonly T[],
  most: number,
  turn: number,
): { rows: readonly T[]; at: number; pages: number } {
  const pages = Math.max(1, Math.ceil(all.length / most));
  const at = ((turn % pages) + pages) % pages;
  return { rows: all.slice(at * most, (at + 1) * most), at, pages };
}
