import { describe, expect, it } from "vitest";
import type { Customer } from "../../api/types";
import { clashes } from "./change";

const customer = (part: Partial<Customer>): Customer => ({
  ...{ id: 1, name: "Ann", warnings: [], addresses: [], fields: {}, createdAt: null, version: 1 },
  ...part,
});

describe("clashes", () => {
  const base = customer({ organisation: "Ann & Co" });
  it("lets changes to different fields both hold", () => {
    expect(clashes(base, customer({ name: "Anna", organisation: "Ann & Co" }), { organisation: "Anna Ltd" })).toEqual(
      [],
    );
  });
  it("names the fields that both changed", () => {
    const theirs = customer({ name: "Anna", organisation: "Other", note: "VIP" });
    expect(clashes(base, theirs, { name: "Annija", organisation: "New", note: "late payer" })).toEqual([
      "name",
      "organisation",
      "note",
    ]);
  });
  it("is no clash where both said the same", () => {
    expect(clashes(base, customer({ name: "Anna", organisation: "Ann & Co" }), { name: "Anna" })).toEqual([]);
  });
});
