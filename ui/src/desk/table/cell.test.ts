import { describe, expect, it } from "vitest";
import type { Directory } from "../../api/queries";
import type { Conversation } from "../../api/types";
import type { Format } from "../../i18n/format";
import type { Attribute } from "../views/attributes";
import { type CellContext, cell, hasCell } from "./cell";

const attribute = (part: Partial<Attribute>): Attribute => ({ key: "", kind: "text", ops: [], ...part });
const level = attribute({ key: "field:1", kind: "choice", options: [{ id: 4, name: "Gold" }] });
const price = attribute({ key: "field:2", kind: "number" });
const context = {
  attributes: [level, price, attribute({ key: "field:3", owner: "customer" })],
  directory: {
    agent: () => undefined,
    team: () => undefined,
    inbox: () => undefined,
    tag: () => undefined,
  } as never as Directory,
  types: [{ id: 7, name: "Complaint" }],
  format: { moment: (at: number) => `at ${at}`, languageName: (l: string) => l.toUpperCase() } as never as Format,
  now: 0,
  t: (key: string) => key,
} satisfies CellContext;
const row = {
  number: 10_042,
  subject: "",
  address: "ann@home.example",
  customerName: "",
  tags: [],
  type: 7,
  language: "lv",
  dueAt: null,
  lastAt: "1970-01-01T00:00:01Z",
  fields: { 1: [4], 2: { amount: 500, currency: "JPY" }, 3: "what a customer holds" },
} as unknown as Conversation;

describe("a cell", () => {
  it.each([
    ["number", "#10042"],
    ["subject", "list.no_subject"],
    ["customer", "ann@home.example"],
    ["type", "Complaint"],
    ["language", "LV"],
    ["due", ""],
    ["last", "at 1000"],
    ["restricted", ""],
    ["field:1", "Gold"],
    ["field:2", "500 JPY"],
    ["field:3", ""],
    ["customer.organisation", ""],
  ])("says of %s: %s", (key, words) => expect(cell(key, row, context)).toBe(words));
});

describe("what a table can show", () => {
  it.each(["customer.name", "type", "field:9"])("is %s", (key) => expect(hasCell(attribute({ key }))).toBe(true));
  it.each(["customer.organisation", "followers", "problem"])("is not %s, which no row says", (key) =>
    expect(hasCell(attribute({ key }))).toBe(false),
  );
  it("is no field of somebody else", () => {
    expect(hasCell(attribute({ key: "field:9", owner: "organisation" }))).toBe(false);
  });
});
