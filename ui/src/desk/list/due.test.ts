import { describe, expect, it } from "vitest";
import type { Conversation } from "../../api/types";
import { Format } from "../../i18n/format";
import { dueWords } from "./due";

const now = Date.UTC(2026, 10, 22, 21, 0);
const minute = 60_000;

async function said(language: string, row: Partial<Conversation>, left: number) {
  const { default: catalogue } = await import(`../../locales/${language}.json`);
  const t = (key: string, values: Record<string, unknown> = {}) => {
    const [section = "", name = ""] = key.split(".");
    return (catalogue[section][name] as string).replace(/\{\{(\w+)\}\}/g, (_, slot) => String(values[slot]));
  };
  const c = { status: "open", spam: false, dueAt: new Date(now + left * minute).toISOString(), ...row } as Conversation;
  return dueWords(t, new Format(t, language, "Europe/Riga"), c, now);
}

describe("what is due next", () => {
  it.each([
    [undefined, "Answer in 22 min", "5 min late"],
    ["acknowledge", "Acknowledge in 22 min", "Acknowledgement 5 min late"],
    ["first_answer", "First answer in 22 min", "First answer 5 min late"],
    ["next_answer", "Next answer in 22 min", "Next answer 5 min late"],
    ["update", "Update in 22 min", "Update 5 min late"],
    ["resolve", "Solution in 22 min", "Solution 5 min late"],
  ] as const)("is named by its promise (%s)", async (dueFor, ahead, late) => {
    expect(await said("en", { dueFor }, 22)).toEqual({ tone: "grey", text: ahead });
    expect(await said("en", { dueFor }, -5)).toEqual({ tone: "late", text: late });
  });

  it.each([
    ["lv", "Pirmā atbilde pēc 22 min", "Risinājums kavējas 5 min"],
    ["lt", "Pirmasis atsakymas per 22 min.", "Sprendimas vėluoja 5 min."],
    ["pl", "Pierwsza odpowiedź za 22 min", "Rozwiązanie: 5 min po terminie"],
  ])("is said in the reader's language (%s)", async (language, ahead, late) => {
    expect((await said(language, { dueFor: "first_answer" }, 22))?.text).toBe(ahead);
    expect((await said(language, { dueFor: "resolve" }, -5))?.text).toBe(late);
  });

  it("is loud only where it comes close or is late", async () => {
    const soon = { dueSoonAt: new Date(now).toISOString() };
    expect((await said("en", soon, 500))?.tone).toBe("warn");
    expect((await said("en", { dueSoonAt: new Date(now + minute).toISOString() }, 10))?.tone).toBe("grey");
    expect((await said("en", soon, 0))?.tone).toBe("late");
  });

  it("comes close in the last quarter of a wait where no policy says when", async () => {
    const waitingSince = new Date(now - 180 * minute).toISOString();
    expect((await said("en", { waitingSince }, 61))?.tone).toBe("grey");
    expect((await said("en", { waitingSince }, 60))?.tone).toBe("warn");
    expect((await said("en", { dueFor: "resolve" }, 60))?.tone).toBe("grey");
  });

  it("is not said where nothing is owed", async () => {
    expect(await said("en", { dueAt: undefined }, 5)).toBeUndefined();
    expect(await said("en", { spam: true }, 5)).toBeUndefined();
    expect(await said("en", { status: "resolved" }, 5)).toBeUndefined();
    expect(await said("en", { status: "closed" }, 5)).toBeUndefined();
  });
});
