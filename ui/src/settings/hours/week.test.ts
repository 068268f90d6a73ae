import { describe, expect, it } from "vitest";
import { clockOf, minuteOf, moved, next, presets, span, words } from "./week";

describe("a week of hours", () => {
  it("reads and writes the clock", () => {
    expect(clockOf(570)).toBe("09:30");
    expect(clockOf(30 * 60)).toBe("06:00");
    expect(minuteOf("09:30")).toBe(570);
    expect(minuteOf("24:30")).toBeUndefined();
    expect(minuteOf("")).toBeUndefined();
  });
  it("takes an end before the beginning for the next day", () => {
    expect(span(22 * 60, 6 * 60)).toEqual({ from: 1320, to: 1800 });
    expect(span(0, 0)).toEqual({ from: 0, to: 1440 });
    expect(words(span(22 * 60, 6 * 60))).toBe("22:00–06:00");
    expect(words({ from: 0, to: 1440 })).toBe("00:00–24:00");
  });
  it("moves an edge in quarters and never over the other", () => {
    expect(moved({ from: 540, to: 1020 }, "from", 557)).toEqual({ from: 555, to: 1020 });
    expect(moved({ from: 540, to: 1020 }, "from", 2000)).toEqual({ from: 1005, to: 1020 });
    expect(moved({ from: 540, to: 1020 }, "to", 100)).toEqual({ from: 540, to: 555 });
    expect(moved({ from: 540, to: 1020 }, "to", 3000)).toEqual({ from: 540, to: 1440 });
  });
  it("puts another span after the last", () => {
    expect(next([])).toEqual({ from: 540, to: 1020 });
    expect(next([{ from: 540, to: 720 }])).toEqual({ from: 780, to: 1020 });
    expect(next([{ from: 540, to: 1430 }])).toBeUndefined();
  });
  it("offers weeks of seven days, Sunday first", () => {
    for (const week of Object.values(presets)) expect(week).toHaveLength(7);
    expect(presets.office[0]).toEqual([]);
    expect(presets.office[1]).toEqual([{ from: 540, to: 1020 }]);
  });
});
