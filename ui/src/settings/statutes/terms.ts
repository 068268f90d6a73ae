import type { StatuteEdit, Term } from "../../desk/conversation/statutes/queries";

/** Whose clock days begin and end by, in the countries whose holidays are known. */
export const zones: Record<string, string> = {
  DE: "Europe/Berlin",
  EE: "Europe/Tallinn",
  FI: "Europe/Helsinki",
  GB: "Europe/London",
  LT: "Europe/Vilnius",
  LV: "Europe/Riga",
  PL: "Europe/Warsaw",
};

/** What a new time limit begins with. */
export const blank = (country: string): StatuteEdit => ({
  name: "",
  active: false,
  condition: {},
  term: { country, zone: zones[country] ?? "UTC", days: 14, count: "calendar_days", rolls: false },
  warn: [5, 1, 0],
  version: 0,
});

export const sameTerm = (a: Term, b: Term) =>
  a.country === b.country &&
  (a.part ?? "") === (b.part ?? "") &&
  a.days === b.days &&
  a.count === b.count &&
  a.rolls === b.rolls;
