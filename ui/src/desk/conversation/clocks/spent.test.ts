import { expect, it } from "vitest";
import { spentNow, standing } from "./spent";

const at = Date.parse("2026-03-02T10:00:00Z");
const clock = { state: "running", counts: "clock", spent: 60, target: 3600, due: "2026-03-02T10:30:00Z" } as const;

it("goes on by itself where every hour counts, to the target and no further", () => {
  expect(spentNow(clock, at)).toBe(1800);
  expect(spentNow(clock, at + 3_600_000)).toBe(3600);
});

it("never goes back behind what the server said", () => {
  expect(spentNow({ ...clock, spent: 2000 }, at)).toBe(2000);
});

it("stands as the server said by opening hours, and while it pauses", () => {
  expect(spentNow({ ...clock, counts: "opening" }, at)).toBe(60);
  expect(spentNow({ ...clock, state: "paused" }, at)).toBe(60);
});

it("stands close from its warning on, and late from its due time on", () => {
  const c = { state: "running", due: "2026-03-02T10:30:00Z", warn: "2026-03-02T10:10:00Z" } as const;
  expect(standing(c, at)).toBe("running");
  expect(standing(c, at + 600_000)).toBe("close");
  expect(standing(c, at + 1_800_000)).toBe("breached");
  expect(standing({ ...c, warn: undefined }, at + 600_000)).toBe("running");
  expect(standing({ ...c, state: "met" }, at + 1_800_000)).toBe("met");
});
