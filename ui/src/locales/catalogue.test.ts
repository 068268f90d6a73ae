import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { languages } from "../i18n/languages";

const here = join(import.meta.dirname);
const source = join(here, "..");
const codes = Object.keys(languages);
const plural = /_(zero|one|two|few|many|other)$/;

function flat(node: Record<string, unknown>, path = ""): Map<string, string> {
  const out = new Map<string, string>();
  for (const [key, value] of Object.entries(node)) {
    if (typeof value === "string") out.set(path + key, value);
    else for (const [k, v] of flat(value as Record<string, unknown>, `${path}${key}.`)) out.set(k, v);
  }
  return out;
}

const read = (area: string, code: string) => flat(JSON.parse(readFileSync(join(here, area, `${code}.json`), "utf8")));
const areas = [
  "",
  ...readdirSync(here, { withFileTypes: true })
    .filter((d) => d.isDirectory())
    .map((d) => d.name),
];

/** The forms that a language's whole and broken numbers take (CLDR). */
const forms = (code: string) => new Intl.PluralRules(code).resolvedOptions().pluralCategories;
const slots = (text: string) => [...text.matchAll(/\{\{\s*(\w+)/g)].map((m) => m[1]!).sort();

describe.each(areas)("catalogue %s", (area) => {
  const all = new Map(codes.map((code) => [code, read(area, code)]));
  const english = all.get("en")!;
  const counted = [...english.keys()].flatMap((k) => {
    const base = k.replace(/_other$/, "");
    return k !== base && english.has(`${base}_one`) ? [base] : [];
  });
  const isForm = (k: string) => plural.test(k) && counted.includes(k.replace(plural, ""));
  const single = [...english.keys()].filter((k) => !isForm(k));

  it.each(codes)("%s has every key, in every plural form, and no other", (code) => {
    const wanted = [...single, ...counted.flatMap((k) => forms(code).map((f) => `${k}_${f}`))].sort();
    expect([...all.get(code)!.keys()].sort()).toEqual(wanted);
  });

  it.each(codes)("%s says something for every key, with the same values in it", (code) => {
    for (const [key, text] of all.get(code)!) {
      expect(text.trim(), key).not.toBe("");
      const model = isForm(key) ? english.get(key.replace(plural, "_other"))! : english.get(key)!;
      const missing = slots(model).filter((s) => !slots(text).includes(s));
      // A form for exactly one may leave the number or the rest out.
      expect(isForm(key) && /_(one|zero)$/.test(key) ? missing.filter((s) => s === "names") : missing, key).toEqual([]);
      expect(
        slots(text).filter((s) => !slots(model).includes(s)),
        key,
      ).toEqual([]);
    }
  });
});

describe("the source", () => {
  const known = new Set(areas.flatMap((a) => [...read(a, "en").keys()]).flatMap((k) => [k, k.replace(plural, "")]));
  const files = readdirSync(source, { recursive: true, withFileTypes: true })
    .filter((f) => f.isFile() && /\.tsx?$/.test(f.name) && !f.name.includes(".test."))
    .map((f) => join(f.parentPath, f.name));

  it("asks for no key that the catalogues lack", () => {
    const lacking: string[] = [];
    for (const file of files) {
      const text = readFileSync(file, "utf8");
      for (const call of text.matchAll(/\bt\(\s*(?:[^()"`]*?\?\s*)?"([\w.]+)"(?:\s*:\s*"([\w.]+)")?/g)) {
        for (const key of call.slice(1))
          if (key && !known.has(key)) lacking.push(`${key} in ${file.slice(source.length)}`);
      }
    }
    expect(lacking).toEqual([]);
  });
});
