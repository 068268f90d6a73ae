import { expect, test } from "vitest";
import { page, points, toneOf } from "./sums";

test("each row has its turn, and none is shown twice", () => {
  const all = Array.from({ length: 19 }, (_, i) => i);
  const seen = [0, 1, 2].flatMap((turn) => page(all, 8, turn).rows);
  expect(seen).toEqual(all);
  expect(page(all, 8, 3)).toEqual(page(all, 8, 0));
  expect(page(all, 8, -1).at).toBe(2);
  expect(page([], 8, 5)).toEqual({ rows: [], at: 0, pages: 1 });
  expect(page(all.slice(0, 8), 8, 7).pages).toBe(1);
});

test("a share rises by points, and nothing is compared with nothing", () => {
  expect(points(3, 4, 1, 2)).toBe(25);
  expect(points(1, 2, 3, 4)).toBe(-25);
  expect(points(0, 0, 3, 4)).toBeUndefined();
  expect(points(3, 4, 0, 0)).toBeUndefined();
});

test("one that was broken in a thousand is not all of them", () => {
  expect(toneOf(100)).toBe("ok");
  expect(toneOf(94)).toBe("warn");
  expect(toneOf(79)).toBe("late");
  expect(toneOf(undefined)).toBe("quiet");
});
