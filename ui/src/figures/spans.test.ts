import { expect, it } from "vitest";
import { before, csv, dateAt, daysOf, later, share } from "./spans";

it("knows the day at a place, and days around it", () => {
  expect(dateAt(Date.parse("2026-11-22T22:30:00Z"), "Europe/Riga")).toBe("2026-11-23");
  expect(later("2026-03-01", -1)).toBe("2026-02-28");
  expect(daysOf("2026-03-28", "2026-03-30")).toBe(3); // the clock goes forward between them
  expect(before("2026-11-17", "2026-11-23")).toEqual({ from: "2026-11-10", to: "2026-11-16" });
});

it("says what share of none is", () => {
  expect(share(0, 0)).toBeUndefined();
  expect(share(2, 3)).toBe(66);
});

it("writes a file that spreadsheets read, and run nothing of", () => {
  expect(
    csv([
      ["Team", "n"],
      ['A "b", c', 3],
      ["=1+1", -2],
    ]),
  ).toBe('\uFEFFTeam,n\r\n"A ""b"", c",3\r\n\'=1+1,-2\r\n');
});
