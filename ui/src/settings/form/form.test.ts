import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Problem } from "../../api/problem";
import { bothSides } from "./bothSides";
import { refused } from "./refusal";
import { strengthOf } from "./strength";
import { zonesByRegion } from "./zones";

const words = JSON.parse(readFileSync(join(process.cwd(), "src/locales/form/en.json"), "utf8")).form.refusal;
const t = (key: string, values?: Record<string, unknown>) =>
  key.startsWith("form.refusal.") && !(key.slice(13) in words)
    ? key
    : values?.n || values?.what || values?.detail
      ? `${key}(${values.n ?? values.what ?? values.detail})`
      : key === "form.refusal.other"
        ? key
        : `<${key}>`;

/** The closed list, as the server describes it. */
function reasonsOfTheServer(): string[] {
  const spec = readFileSync(join(process.cwd(), "../api/openapi.yaml"), "utf8");
  const found = /\n {4}ProblemDetails:\n[\s\S]*?\n {8}reason:\n[\s\S]*?enum:\n((?: +- \w+\n)+)/.exec(spec);
  return [...(found?.[1] ?? "").matchAll(/- (\w+)/g)].map((m) => m[1]!);
}

describe("refusal", () => {
  it.each(["en", "lv", "lt", "pl"])("has words in %s for every reason, with its values", (language) => {
    const list = reasonsOfTheServer();
    expect(list).toContain("last_owner");
    const said = JSON.parse(readFileSync(join(process.cwd(), `src/locales/form/${language}.json`), "utf8")).form
      .refusal;
    const lacking = list.filter((reason) => !said[reason]?.trim());
    expect(lacking).toEqual([]);
    expect(Object.keys(said).filter((key) => key !== "other" && !list.includes(key))).toEqual([]);
  });
  it("puts words at the field at fault", () => {
    const err = new Problem(422, {
      code: "invalid",
      errors: [{ location: "body.receive.host", message: "in whatever words", reason: "host_needed" }],
    });
    expect(refused(t, err)).toEqual({ fields: { "receive.host": "<form.refusal.host_needed>" }, whole: "" });
  });
  it("says above the form what the form has no field for", () => {
    const err = new Problem(422, { code: "invalid", errors: [{ location: "body.token", message: "odd" }] });
    expect(refused(t, err, (l) => l !== "token")).toEqual({ fields: {}, whole: "form.refusal.other(odd)" });
  });
  it("knows a refusal without a field by its reason", () => {
    const err = new Problem(409, { code: "conflict", reason: "last_owner", detail: "in whatever words" });
    expect(refused(t, err).whole).toBe("<form.refusal.last_owner>");
  });
  it("falls back to the code for a reason of a newer server", () => {
    const err = new Problem(409, { code: "conflict", reason: "of_tomorrow", detail: "something new" });
    expect(refused(t, err).whole).toBe("<problem.conflict>");
  });
  it("passes numbers and addresses on", () => {
    const err = new Problem(422, {
      code: "invalid",
      errors: [
        { location: "body.password", message: "x", reason: "too_short", values: { n: 10 } },
        { location: "body.address", message: "x", reason: "address_reaches_inbox", values: { what: "info@a.lv" } },
      ],
    });
    expect(refused(t, err).fields).toEqual({
      password: "form.refusal.too_short(10)",
      address: "form.refusal.address_reaches_inbox(info@a.lv)",
    });
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

describe("bothSides", () => {
  const theirs = {
    name: "Sales",
    receive: { host: "mail.example", secret: "s3cret" },
    team: 4,
    signature: "x".repeat(200),
  };
  const mine = { name: "Support", receive: { host: "", secret: "other" }, team: 5, signature: "x" };

  it("shows what people typed, on both sides", () => {
    expect(bothSides(["name", "receive.host"], theirs, mine)).toEqual([
      { field: "name", theirs: "Sales", mine: "Support" },
      { field: "receive.host", theirs: "mail.example", mine: "" },
    ]);
  });
  it("shows no secret, no id, and nothing that agrees", () => {
    expect(bothSides(["receive.secret", "team", "submit.host", "newer"], theirs, mine)).toEqual([]);
  });
  it("shortens what is long", () => {
    expect(bothSides(["signature"], theirs, mine)[0]?.theirs).toHaveLength(80);
  });
});
