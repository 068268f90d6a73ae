import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { auditActions, auditKey, subjectOf } from "./audit";
import { rooms, roomsFor } from "./pages";
import { thisDevice } from "./security/device";

type Words = { [key: string]: string | Words };

const plural = /_(zero|one|two|few|many|other)$/;

function flat(words: Words, prefix = ""): Map<string, string> {
  const out = new Map<string, string>();
  for (const [key, value] of Object.entries(words)) {
    if (typeof value === "string") out.set(prefix + key, value);
    else for (const [k, v] of flat(value, `${prefix}${key}.`)) out.set(k, v);
  }
  return out;
}

const catalogue = (area: string, language: string) =>
  flat(JSON.parse(readFileSync(join(process.cwd(), "src/locales", area, `${language}.json`), "utf8")));
const holes = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((m) => m[1]).sort();

describe.each(["form", "door", "settings"])("the words of %s", (area) => {
  const english = catalogue(area, "en");
  const counted = new Set([...english.keys()].filter((k) => /_one$/.test(k)).map((k) => k.replace(plural, "")));
  const stem = (key: string) => (counted.has(key.replace(plural, "")) ? key.replace(plural, "") : key);

  it.each(["lv", "lt", "pl"])("say in %s what they say in English", (language) => {
    const other = catalogue(area, language);
    expect(new Set([...other.keys()].map(stem))).toEqual(new Set([...english.keys()].map(stem)));
    for (const [key, text] of other) {
      const same = english.get(key) ?? english.get(`${stem(key)}_other`)!;
      expect(holes(text), `${language} ${key}`).toEqual(holes(same));
    }
  });

  it.each(["en", "lv", "lt", "pl"])("have every plural of %s", (language) => {
    const words = catalogue(area, language);
    for (const key of counted) {
      for (const form of new Intl.PluralRules(language).resolvedOptions().pluralCategories) {
        expect(words.get(`${key}_${form}`), `${language} ${key}_${form}`).toBeTruthy();
      }
    }
  });
});

it("has words for every action of the log and every page", () => {
  const english = catalogue("settings", "en");
  for (const action of auditActions) expect(english.has(auditKey(action)), action).toBe(true);
  for (const room of rooms) expect(english.has(`settings.${room.path}.title`), room.path).toBe(true);
  expect(auditKey("quite.new")).toBe("");
});

it("shows only the pages that a role allows", () => {
  expect(roomsFor(["conversation.read"]).map((r) => r.path)).toEqual([
    "profile",
    "security",
    "notices",
    "tokens",
    "duty",
    "macros",
  ]);
  expect(roomsFor(["team.manage", "tag.manage"]).map((r) => r.path)).toContain("teams");
  expect(roomsFor(["team.manage"]).map((r) => r.path)).not.toContain("people");
});

it("reads what a line of the log is about", () => {
  expect(subjectOf("inbox:12")).toEqual({ kind: "inbox", id: 12 });
  expect(subjectOf("")).toBeUndefined();
});

it("names a device for its passkey", () => {
  expect(thisDevice("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537 Edg/140.0")).toBe("Edge, Windows");
  expect(thisDevice("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19 Safari/604")).toBe(
    "Safari, iPhone",
  );
});
