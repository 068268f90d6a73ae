import { describe, expect, test } from "vitest";
import { barsOf, midnightsFrom } from "./bars";

const day = new Intl.DateTimeFormat("en-CA", { timeZone: "Europe/Riga", dateStyle: "short" });
const dayOf = (at: number) => day.format(at);

describe("a plan in days", () => {
  test("a day that loses an hour is one day", () => {
    const from = Date.parse("2026-03-27T22:00:00Z");
    const to = Date.parse("2026-03-30T21:00:00Z");
    const all = midnightsFrom(from, to, dayOf);
    expect(all.map((at) => new Date(at).toISOString().slice(0, 16))).toEqual([
      "2026-03-27T22:00",
      "2026-03-28T22:00",
      "2026-03-29T21:00",
      "2026-03-30T21:00",
    ]);
  });

  test("bars fill each day, and say who is first", () => {
    const from = "2026-11-22T22:00:00Z";
    const to = "2026-11-24T22:00:00Z";
    const plan = {
      from,
      to,
      parts: [
        { from, to: "2026-11-23T10:00:00Z", who: [] },
        {
          from: "2026-11-23T10:00:00Z",
          to,
          who: [
            { agent: 1, rank: 1 },
            { agent: 2, rank: 2 },
          ],
        },
      ],
    };
    const days = barsOf(plan, midnightsFrom(Date.parse(from), Date.parse(to), dayOf));
    expect(days.map((d) => d.bars.map((b) => [b.at, b.width, b.first, b.others]))).toEqual([
      [
        [0, 0.5, [], []],
        [0.5, 0.5, [1], [2]],
      ],
      [[0, 1, [1], [2]]],
    ]);
  });
});
