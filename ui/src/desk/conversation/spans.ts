import type { Span } from "../../api/types";

// The server counts in bytes of UTF-8, JavaScript in UTF-16 units.
const encoder = new TextEncoder();

/** Turns a place in JavaScript's string into one in the server's bytes. */
export function toBytes(text: string, at: number): number {
  return encoder.encode(text.slice(0, at)).length;
}

/** Turns a place in the server's bytes into one in JavaScript's string. */
export function fromBytes(text: string, at: number): number {
  let bytes = 0;
  let units = 0;
  for (const letter of text) {
    if (bytes >= at) return units;
    const code = letter.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    units += letter.length;
  }
  return units;
}

/** Sorts spans and joins those that touch, as the server wants them. */
export function tidy(spans: Span[]): Span[] {
  const out: Span[] = [];
  for (const s of [...spans].sort((a, b) => a.start - b.start)) {
    const last = out.at(-1);
    if (last && s.start <= last.end) last.end = Math.max(last.end, s.end);
    else if (s.end > s.start) out.push({ start: s.start, end: s.end });
  }
  return out;
}
