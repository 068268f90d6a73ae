import { describe, expect, it } from "vitest";
import { Problem } from "../../api/problem";
import { refused, sentence } from "./refusal";
import { strengthOf } from "./strength";
import { zonesByRegion } from "./zones";

const t = (key: string, values?: Record<string, unknown>) =>
  values?.n || values?.what || values?.detail ? `${key}(${values.n ?? values.what ?? values.detail})` : key;

describe("refusal", () => {
  it("puts words at the field at fault", () => {
    const err = new Problem(422, {
      code: "invalid",
      errors: [{ location: "body.receive.host", message: "the name of the mail server is needed" }],
    });
    expect(refused(t, err)).toEqual({ fields: { "receive.host": "form.refusal.host" }, whole: "" });
  });
  it("says above the form what the form has no field for", () => {
    const err = new Problem(422, { code: "invalid", errors: [{ location: "body.token", message: "odd" }] });
    expect(refused(t, err, (l) => l !== "token")).toEqual({ fields: {}, whole: "form.refusal.other(odd)" });
  });
  it("knows a refusal without a field by its sentence", () => {
    const err = new Problem(409, {
      code: "conflict",
      detail: "the last owner cannot be removed: make somebody else an owner first",
    });
    expect(refused(t, err).whole).toBe("form.refusal.last_owner");
  });
  it("keeps a wrong sign-in apart from a wrong password", () => {
    expect(sentence(t, "the address or the password is wrong")).toBe("form.refusal.sign_in");
    expect(sentence(t, "the password is wrong")).toBe("form.refusal.password");
  });
  it("passes numbers and addresses on", () => {
    expect(sentence(t, "at least 10 characters")).toBe("form.refusal.short(10)");
    expect(sentence(t, "info@a.lv already reaches an inbox")).toBe("form.refusal.reaches(info@a.lv)");
    expect(sentence(t, "something new")).toBeUndefined();
  });
});

describe("strengthOf", () => {
  it.each([
    ["", ""],
    ["short", "short"],
    ["aaaaaaaaaaaa", "weak"],
    ["Password2026", "weak"],
    ["qwertyuiop", "weak"],
    ["ilze.kalnina1", "weak"],
    ["mellenes17x", "fair"],
    ["four green boats sail", "good"],
  ] as const)("judges %j as %j", (password, want) => {
    expect(strengthOf(password, ["Ilze Kalnina", "ilze.kalnina@example.com"])).toBe(want);
  });
});

describe("zonesByRegion", () => {
  it("has the chosen zone even where the browser names it otherwise", () => {
    const all = zonesByRegion("Europe/Kyiv").flatMap(([, zones]) => zones.map(([zone]) => zone));
    expect(all).toContain("Europe/Kyiv");
  });
  it("begins with Europe", () => {
    expect(zonesByRegion("")[0]?.[0]).toBe("Europe");
  });
});
