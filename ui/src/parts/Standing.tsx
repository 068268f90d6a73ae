import type { ReactElement } from "react";
import { loadWords } from "../i18n/i18n";
import { lately, useLate } from "./useLate";

const code = lately(() => Promise.all([import("../presence/Standing"), loadWords("presence")]).then(([m]) => m));

/** How an agent stands, 0 for nobody: at a face, or in words where there is none. The code comes after the first screen. */
export function Standing({ agent, face }: { agent: number; face?: ReactElement }) {
  const Late = useLate(code, agent > 0);
  return Late && agent > 0 ? <Late agent={agent}>{face}</Late> : (face ?? null);
}
