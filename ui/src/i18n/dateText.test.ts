import { describe, expect, it } from "vitest";
import { dateText, dateValue } from "./dateText";

describe("dateText", () => {
  it("writes as people of the language do", () => {
    expect(dateText("2026-03-09", "en")).toBe("09/03/2026");
    expect(dateText("2026-03-09", "lv")).toMatch(/^09\.03\.2026\.?$/); // by the tables of the machine
    expect(dateText("2026-03-09", "lt")).toBe("2026-03-09");
    expect(dateText("2026-03-09T07:05", "pl")).toBe("09.03.2026 07:05");
    expect(dateText("", "pl")).toBe("");
  });
});

describe("dateValue", () => {
  it("reads what dateText writes", () => {
    for (const language of ["en", "lv", "lt", "pl"]) {
      for (const value of ["2026-03-09", "2024-02-29", "1999-12-31"])
        expect(dateValue(dateText(value, language), language, false)).toBe(value);
      expect(dateValue(dateText("2026-03-09T23:59", language), language, true)).toBe("2026-03-09T23:59");
    }
  });
  it("bears what people type", () => {
    expect(dateValue("9.3.26", "lv", false)).toBe("2026-03-09");
    expect(dateValue("9 3 2026, 7:05", "pl", true)).toBe("2026-03-09T07:05");
    expect(dateValue("2026-03-09", "en", false)).toBe("2026-03-09");
  });
  it("refuses what is no date", () => {
    for (const text of ["", "9.3", "31.2.2026", "0.1.2026", "1.13.2026", "1.1.1000", "9.3.2026 7:05", "tomorrow"])
      expect(dateValue(text, "lv", false)).toBeUndefined();
    for (const text of ["9.3.2026", "9.3.2026 24:00", "9.3.2026 7:60"])
      expect(dateValue(text, "lv", true)).toBeUndefined();
  });
});
