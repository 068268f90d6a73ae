import { Format } from "../../i18n/format";

/** A date, "2026-12-24", in words, whatever the reader's zone. */
export function dayWords(format: Format, date: string): string {
  return new Format(format.t, format.language, "UTC").shortDay(Date.parse(`${date}T00:00:00Z`), Date.now());
}

/** A country by its code, in the reader's language. */
export function countryWords(format: Format, code: string): string {
  return new Intl.DisplayNames(format.language, { type: "region" }).of(code) ?? code;
}

/** States of Germany by their own names; parts of other countries have names in the catalogues. */
export const states: Record<string, string> = {
  BB: "Brandenburg",
  BE: "Berlin",
  BW: "Baden-Württemberg",
  BY: "Bayern",
  HB: "Bremen",
  HE: "Hessen",
  HH: "Hamburg",
  MV: "Mecklenburg-Vorpommern",
  NI: "Niedersachsen",
  NW: "Nordrhein-Westfalen",
  RP: "Rheinland-Pfalz",
  SH: "Schleswig-Holstein",
  SL: "Saarland",
  SN: "Sachsen",
  ST: "Sachsen-Anhalt",
  TH: "Thüringen",
};
