import { describe, expect, it } from "vitest";
import { amount } from "./money";

describe("amount", () => {
  it("writes minor units with the decimals of their currency", () => {
    expect(amount(4250, "EUR", 2, "en")).toBe("€42.50");
    expect(amount(5, "EUR", 2, "en")).toBe("€0.05");
    expect(amount(-5, "EUR", 2, "en")).toBe("-€0.05");
    expect(amount(500, "JPY", 0, "en")).toBe("¥500");
    expect(amount(1005, "KWD", 3, "en").replace(/\s/, " ")).toBe("KWD 1.005");
    expect(amount(123456, "EUR", 2, "lv").replace(/\s/g, " ")).toBe("1234,56 €");
  });
  it("loses no cent of a large amount", () => {
    expect(amount(999999999999, "EUR", 2, "en")).toBe("€9,999,999,999.99");
  });
});
