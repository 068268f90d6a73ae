import { expect, it } from "vitest";
import { doubtOf, timeOf, withTime } from "./targets";

it("keeps kinds of which something is promised, in one order", () => {
  const one = withTime([], "resolve", 1, 600);
  const two = withTime(one, "first_answer", 3, 60);
  expect(two).toEqual([
    { kind: "first_answer", minutes: [0, 0, 0, 60] },
    { kind: "resolve", minutes: [0, 600, 0, 0] },
  ]);
  expect(withTime(two, "resolve", 1, 0)).toEqual([{ kind: "first_answer", minutes: [0, 0, 0, 60] }]);
  expect(withTime(one, "resolve", 1, -1)).toEqual([{ kind: "resolve", minutes: [0, -1, 0, 0] }]); // what cannot be read is not lost
  expect(timeOf(two, "update", 0)).toBe(0);
});

it("doubts that the urgent wait longest, and ends before beginnings", () => {
  const answers = (minutes: number[]) => [{ kind: "first_answer" as const, minutes }];
  expect(doubtOf(answers([480, 240, 120, 60]), "first_answer")).toBeUndefined();
  expect(doubtOf(answers([60, 60, 60, 60]), "first_answer")).toBeUndefined();
  expect(doubtOf(answers([0, 0, 60, 0]), "first_answer")).toBeUndefined();
  expect(doubtOf(answers([60, 0, 0, 120]), "first_answer")).toEqual({ why: "slower", higher: 3, lower: 0 });
  const all = [...answers([240, 240, 240, 240]), { kind: "resolve" as const, minutes: [0, 120, 0, 0] }];
  expect(doubtOf(all, "resolve")).toEqual({ why: "early_end", priority: 1 });
  expect(
    doubtOf([...answers([60, 60, 60, 60]), { kind: "acknowledge", minutes: [0, 0, 90, 0] }], "acknowledge"),
  ).toEqual({
    why: "late_acknowledgement",
    priority: 2,
  });
});
