import type { Line } from "./queries";

/** The date of an instant at a place: "2026-11-23". */
export const dateAt = (at: number, timeZone: string): string =>
  new Intl.DateTimeFormat("sv-SE", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" }).format(at);

/** A date so many days later. */
export const later = (date: string, days: number): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);

/** How many days a span has, both within. */
export const daysOf = (from: string, to: string): number =>
  Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000) + 1;

/** The span of the same length just before. */
export const before = (from: string, to: string) => ({ from: later(from, -daysOf(from, to)), to: later(from, -1) });

/** Of those, so many in whole percent; undefined of none. */
export const share = (part: number, all: number): number | undefined =>
  all > 0 ? Math.floor((part * 100) / all) : undefined;

export const kept = (l: Line) => l.promises.reduce((n, p) => n + p.kept, 0);
export const broken = (l: Line) => l.promises.reduce((n, p) => n + p.broken, 0);

/** Lines as a file that spreadsheets open: RFC 4180, with the mark by which they know UTF-8. What would be taken for a formula is kept from being one. */
export function csv(rows: (string | number)[][]): string {
  const cell = (v: string | number) => {
    const text = typeof v === "string" && /^[=+\-@\t\r]/.test(v) ? `'${v}` : String(v);
    return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return `\uFEFF${rows.map((r) => r.map(cell).join(",")).join("\r\n")}\r\n`;
}
