import css from "./Avatar.module.css";
import { Standing } from "./Standing";

// Each is dark enough for white letters (at least 4.5:1).
const colours = [
  "#7a5ea8",
  "#2c64a8",
  "#2f7a5c",
  "#a8562f",
  "#757a1f",
  "#5d6b78",
  "#a0476f",
  "#2f7482",
  "#8a5a12",
  "#4e62b0",
];

/** The same person has the same colour everywhere: it comes from what names them for good. */
export function colourOf(seed: string): string {
  let hash = 2166136261;
  for (const unit of seed) hash = Math.imul(hash ^ (unit.codePointAt(0) ?? 0), 16777619);
  return colours[(hash >>> 0) % colours.length]!;
}

/** First letters of the first and the last word; the beginning of a phone number. */
export function initials(name: string): string {
  const words = name
    .replace(/["'„“”(),<>]/g, " ")
    .trim()
    .split(/[\s.@_-]+/u)
    .filter(Boolean);
  const first = words[0];
  if (!first) return "?";
  if (/^\+?\d/.test(first)) return first.slice(0, 3);
  const last = words.length > 1 ? words.at(-1)! : "";
  return ([...first][0]! + ([...last][0] ?? "")).toLocaleUpperCase();
}

interface Props {
  name: string;
  /** What the colour hangs on: an id or an address. "agent:3" is a colleague, with a sign of how he stands. */
  seed: string;
  size?: number;
}

export function Avatar({ name, seed, size = 28 }: Props) {
  const face = (
    <span
      className={css.avatar}
      style={{ width: size, height: size, fontSize: Math.max(8, Math.round(size * 0.39)), background: colourOf(seed) }}
      data-initials={initials(name)}
      aria-hidden="true"
    />
  );
  return seed.startsWith("agent:") ? <Standing agent={Number(seed.slice(6)) || 0} face={face} /> : face;
}
