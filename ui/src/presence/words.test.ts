import { expect, it } from "vitest";
import { Format } from "../i18n/format";
import { backWords } from "./words";

const now = Date.UTC(2026, 10, 22, 21, 0); // 23:00 in Riga

async function said(language: string, until: number): Promise<string> {
  const { default: catalogue } = await import(`../locales/presence/${language}.json`);
  const t = (key: string, values: Record<string, unknown> = {}) =>
    (catalogue.presence[key.split(".")[1] ?? ""] as string).replace(/\{\{(\w+)\}\}/g, (_, name) =>
      String(values[name]),
    );
  return backWords(t, new Format(t, language, "Europe/Riga"), until, now);
}

it("says when somebody is back as people of the language do, by the reader's calendar", async () => {
  const soon = now + 30 * 60_000;
  const past = now + 72 * 60_000; // after midnight
  const later = now + 48 * 3_600_000;
  expect(await said("en", soon)).toBe("back at 23:30");
  expect(await said("en", past)).toBe("back tomorrow at 00:12");
  expect(await said("en", later)).toBe("back on 24 Nov at 23:00");
  expect(await said("lv", past)).toBe("atgriezīsies rīt plkst. 00:12");
  expect(await said("lt", past)).toBe("grįš rytoj 00:12 val.");
  expect(await said("pl", past)).toBe("powrót jutro o 00:12");
});
