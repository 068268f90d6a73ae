import { fold } from "../../../i18n/fold";
import { natural } from "../../../i18n/natural";
import type { ListedMacro } from "./types";

/** How well a folded text fits folded words: 0 not at all. The beginning of the text counts more than that of a word, a word more than scattered letters. */
export function closeness(text: string, words: string): number {
  if (words === "") return 1;
  if (text.startsWith(words)) return 5;
  if (text.split(/[\s/,.-]+/).some((w) => w.startsWith(words))) return 4;
  if (words.split(/\s+/).every((w) => text.split(/[\s/,.-]+/).some((t) => t.startsWith(w)))) return 3;
  if (text.includes(words)) return 2;
  let at = 0;
  for (const letter of text) if (letter === words[at]) at++;
  return at === words.length && words.length > 2 ? 1 : 0;
}

/** The macros to offer for what was typed: the best fit first, and among equals what the asker uses most, then what everybody does. */
export function findMacros(all: readonly ListedMacro[], typed: string, most = 30): ListedMacro[] {
  if (/^\s/.test(typed)) return [];
  const words = fold(typed.trim());
  return all
    .filter((m) => m.active)
    .map((m) => ({
      m,
      fits: Math.max(closeness(fold(m.name), words) * 2, closeness(fold(`${m.folder}/${m.name}`), words) * 2 - 1),
    }))
    .filter(({ fits }) => fits > 0)
    .sort((a, b) => b.fits - a.fits || b.m.mine - a.m.mine || b.m.uses - a.m.uses || natural(a.m.name, b.m.name))
    .slice(0, most)
    .map(({ m }) => m);
}
