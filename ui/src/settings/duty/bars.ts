import type { RosterPlan } from "./queries";

/** A piece of a day in which the same people are on duty. */
export interface Bar {
  /** Where it begins and how long it is, in parts of the day: 0 to 1. */
  at: number;
  width: number;
  from: number;
  to: number;
  /** Who is called first, and who stands behind them. */
  first: number[];
  others: number[];
}

export interface Day {
  begins: number;
  bars: Bar[];
}

/** A plan cut at the midnights of its zone, each day as long as that day is. */
export function barsOf(plan: RosterPlan, midnights: readonly number[]): Day[] {
  return midnights.slice(0, -1).map((begins, i) => {
    const ends = midnights[i + 1]!;
    const bars = plan.parts.flatMap((p) => {
      const from = Math.max(Date.parse(p.from), begins);
      const to = Math.min(Date.parse(p.to), ends);
      if (from >= to) return [];
      const best = p.who[0]?.rank;
      return [
        {
          at: (from - begins) / (ends - begins),
          width: (to - from) / (ends - begins),
          from,
          to,
          first: p.who.filter((d) => d.rank === best).map((d) => d.agent),
          others: p.who.filter((d) => d.rank !== best).map((d) => d.agent),
        },
      ];
    });
    return { begins, bars };
  });
}

/** The midnights of a zone from one on. `dayOf` says the day of an instant there, so that days of 23 and 25 hours are found. */
export function midnightsFrom(from: number, to: number, dayOf: (at: number) => string): number[] {
  const all = [from];
  while (all.at(-1)! < to) {
    const begins = all.at(-1)!;
    let at = begins + 23 * 3_600_000;
    while (dayOf(at) === dayOf(begins)) at += 900_000;
    all.push(Math.min(at, to));
  }
  return all;
}
