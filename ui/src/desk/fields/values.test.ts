import { expect, it } from "vitest";
import type { Conversation } from "../../api/types";
import type { CustomField } from "./types";
import { choices, missing, moneyText, pathOf, readMoney, readNumber, readSpan, spanText } from "./values";

const field = (more: Partial<CustomField>): CustomField => ({
  id: 1,
  target: "conversation",
  key: "k",
  name: "K",
  kind: "text",
  form: {},
  options: [],
  types: [],
  inboxes: [],
  position: 1,
  version: 1,
  ...more,
});

it("reads spans as people type them", () => {
  const spans: [string, number | undefined][] = [
    ["75", 75 * 60],
    ["1h 15m", 75 * 60],
    ["1h15", 75 * 60],
    ["1:15", 75 * 60],
    ["1,5h", 90 * 60],
    ["2 h", 7200],
    ["20 min", 1200],
    ["0", undefined],
    ["", undefined],
    ["25h", undefined],
    ["soon", undefined],
    ["1:75", undefined],
  ];
  for (const [text, want] of spans) expect(readSpan(text), text).toBe(want);
  for (const seconds of [60, 900, 3600, 4500, 86_400]) expect(readSpan(spanText(seconds))).toBe(seconds);
});

it("reads numbers and money as people type them", () => {
  expect(readNumber("1 234,5")).toBe(1234.5);
  expect(readNumber("12.")).toBe(12);
  expect(readNumber("1,2,3")).toBeUndefined();
  expect(readMoney("12,50", "EUR")).toEqual({ amount: 1250, currency: "EUR" });
  expect(readMoney("12.5 zł", "EUR")).toEqual({ amount: 1250, currency: "PLN" });
  expect(readMoney("500 jpy", "EUR")).toEqual({ amount: 500, currency: "JPY" });
  expect(readMoney("0.29", "EUR")).toEqual({ amount: 29, currency: "EUR" });
  expect(readMoney("much", "EUR")).toBeUndefined();
  expect(moneyText({ amount: -5, currency: "EUR" })).toBe("-0.05 EUR");
});

it("asks for what applies, is required and has no value", () => {
  const fields = [
    field({ id: 1, required: true }),
    field({ id: 2, required: true, types: [3] }),
    field({ id: 3, required: true, types: [4] }),
    field({ id: 4, required: true, inboxes: [9] }),
    field({ id: 5, required: true, archivedAt: "2026-01-01T00:00:00Z" }),
    field({ id: 6 }),
    field({ id: 7, required: true }),
  ];
  const row = { type: 3, inbox: 1, fields: { "7": false } } as unknown as Conversation;
  expect(missing(fields, row).map((f) => f.id)).toEqual([1, 2]);
});

it("offers the leaves of a tree by their path, and keeps what was merged or archived where it is named", () => {
  const tree = field({
    kind: "tree",
    options: [
      { id: 1, name: "Vehicles" },
      { id: 2, name: "Cars", parent: 1 },
      { id: 3, name: "Vans", parent: 1, archived: true },
      { id: 4, name: "Autos", into: 2 },
    ],
  });
  expect(choices(tree, []).map((c) => c.name)).toEqual(["Vehicles › Cars"]);
  expect(choices(tree, [3]).map((c) => c.id)).toEqual([2, 3]);
  expect(pathOf(tree, 4)).toBe("Vehicles › Cars");
});
