import { expect, it } from "vitest";
import type { Calendar } from "../hours/queries";
import { minutesOf } from "./duration";
import { inOpening, workday } from "./workday";

const calendar = (standard: boolean, ...hours: number[]) =>
  ({ standard, week: hours.map((h) => (h ? [{ from: 0, to: h * 60 }] : [])) }) as unknown as Calendar;

it("is as long as most days of the standard calendar", () => {
  expect(workday([calendar(false, 0, 10, 10), calendar(true, 0, 9, 9, 9, 9, 6, 0)])).toBe(540);
  expect(workday([calendar(false, 0, 10, 10)])).toBe(600);
  expect(workday([])).toBe(480);
});

it("reads days and weeks as working ones", () => {
  expect(minutesOf("1 d 2 h", 480)).toBe(600);
  expect(minutesOf("1 week", 480)).toBe(2400);
  expect(minutesOf("3 h", 480)).toBe(180);
});

it("takes whole days over as working days", () => {
  expect(inOpening([{ kind: "resolve", minutes: [2880, 1440, 90, 0] }], 480)[0]?.minutes).toEqual([960, 480, 90, 0]);
});
