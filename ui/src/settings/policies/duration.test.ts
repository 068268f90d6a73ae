import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { inUnits, minutesOf } from "./duration";

it.each([
  ["", 0],
  ["0", 0],
  ["30 min", 30],
  ["4h", 240],
  ["1 d 2 h", 1560],
  ["1:30", 90],
  ["1h30", 90],
  ["1,5 h", 90],
  ["2 Weeks", 20160],
  ["2 st.", 120],
  ["3 stundas 5 minūtes", 185],
  ["1 nedēļa", 10080],
  ["2 val. 30 min.", 150],
  ["3 dienų", 4320],
  ["2 savaitės", 20160],
  ["2 godz.", 120],
  ["1 dzień 4 godziny", 1680],
  ["3 tygodnie", 30240],
])("reads %j", (text, minutes) => expect(minutesOf(text)).toBe(minutes));

it.each(["30", "soon", "4 h soon", "2 h 1 d", "1 h 1 h", "-4 h", "4 x", "1:75", "h", "4 h 3 d 2"])(
  "does not guess at %j",
  (text) => expect(minutesOf(text)).toBeUndefined(),
);

it("reads in every language what it writes", () => {
  for (const language of ["en", "lv", "lt", "pl"]) {
    const words = JSON.parse(readFileSync(join(import.meta.dirname, `../../locales/${language}.json`), "utf8"));
    const t = (key: string, values?: Record<string, unknown>) =>
      words.time[key.slice(5)].replace("{{n}}", String(values?.n));
    for (const minutes of [1, 30, 60, 90, 480, 1440, 1501, 10080, 527040])
      for (const open of [false, true])
        expect(minutesOf(inUnits(t, minutes, open)), `${language} ${minutes}`).toBe(minutes);
    expect(inUnits(t, 0, false)).toBe("");
  }
});
