import { expect, it } from "vitest";
import type { Customer } from "../api/types";
import { differences } from "./differences";

const one: Customer = {
  id: 1,
  name: "Ann Lee",
  warnings: [],
  addresses: [],
  fields: {},
  createdAt: "2026-01-01T00:00:00Z",
  version: 1,
};
const t = ((key: string) => key) as never;
const format = { languageName: (code: string) => code } as never;
const words = { fields: [], agent: () => "" };

it("names what two records do not agree on, and keeps what only one of them has", () => {
  const other = { ...one, id: 2, name: "A. Lee", language: "lv" };
  expect(differences(one, other, t, format, words)).toEqual([
    { key: "name", name: "customer.name", into: "Ann Lee", from: "A. Lee", kept: "into" },
    { key: "language", name: "customer.language", into: "", from: "lv", kept: "from" },
  ]);
  expect(differences(one, { ...one, id: 2 }, t, format, words)).toEqual([]);
});

it("does not offer to take a name away", () => {
  expect(differences(one, { ...one, id: 2, name: "" }, t, format, words)).toEqual([]);
});
