import { expect, it } from "vitest";
import { clockOf } from "./reach";

const friday = Date.parse("2026-03-06T19:40:00Z"); // 21:40 in Riga

it("tells what time it is for a customer, and whether that is late", () => {
  expect(clockOf({ timeZone: "Europe/Riga" }, friday)).toEqual({ time: "21:40", late: true });
  expect(clockOf({ timeZone: "America/New_York" }, friday)).toEqual({ time: "14:40", late: false });
  expect(clockOf({}, friday)).toBeUndefined();
});

it("goes by the hours and days that he named", () => {
  const hours = { from: "20:00", to: "24:00", days: [5] };
  expect(clockOf({ timeZone: "Europe/Riga", hours }, friday)?.late).toBe(false);
  expect(clockOf({ timeZone: "Europe/Riga", hours: { ...hours, days: [6, 7] } }, friday)?.late).toBe(true);
  expect(clockOf({ timeZone: "Europe/Riga", hours: { ...hours, to: "21:40" } }, friday)?.late).toBe(true);
});
