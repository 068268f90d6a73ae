import { expect, test } from "vitest";
import { pieces, toggled } from "./find";

test("a filter comes and goes", () => {
  expect(toggled("lamp", "is:unread")).toBe("lamp is:unread");
  expect(toggled("lamp IS:unread broken", "is:unread")).toBe("lamp broken");
  expect(toggled("", "has:attachment")).toBe("has:attachment");
});

test("what was found is parted from the rest", () => {
  expect(pieces("a lamp.", [{ start: 2, end: 6 }])).toEqual([
    { text: "a ", found: false },
    { text: "lamp", found: true },
    { text: ".", found: false },
  ]);
  expect(pieces("lamp", [{ start: 0, end: 4 }])).toEqual([{ text: "lamp", found: true }]);
  expect(pieces("", [])).toEqual([]);
});
