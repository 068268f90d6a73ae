import type { ReactNode } from "react";
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

export function Pill({ tone = "grey", title, children }: { tone?: Tone; title?: string; children: ReactNode }) {
  return (
    <span className={`${css.pill} ${css[tone]}`} title={title}>
      {children}
    </span>
  );
}
