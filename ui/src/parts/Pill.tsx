import { Children, type ReactNode } from "react";
import type { TagColour } from "../api/types";
import css from "./Pill.module.css";

export type Tone = "late" | "warn" | "ok" | "info" | "grey" | "brand" | "violet";

const toneOf: Record<TagColour, Tone> = {
  grey: "grey",
  green: "ok",
  amber: "warn",
  red: "late",
  blue: "info",
  violet: "violet",
};

/** The tone of a tag's colour. */
export function tagTone(colour: TagColour): Tone {
  return toneOf[colour] ?? "grey";
}

/** A word or two on a soft ground. What is too long for its place ends in dots and is whole for who points at it. */
export function Pill({ tone = "grey", title, children }: { tone?: Tone; title?: string; children: ReactNode }) {
  const whole = title ?? (typeof children === "string" && children.length > 16 ? children : undefined);
  return (
    <span className={`${css.pill} ${css[tone]}`} title={whole}>
      {Children.map(children, (part) => (typeof part === "string" ? <span className={css.words}>{part}</span> : part))}
    </span>
  );
}
