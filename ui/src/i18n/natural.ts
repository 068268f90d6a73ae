const collators = new Map<string, Intl.Collator>();

/** Compares names as people read them in the page's language: "Team 2" stands before "Team 10". */
export function natural(a: string, b: string): number {
  const language = document.documentElement.lang || "en";
  let collator = collators.get(language);
  if (!collator) {
    collator = new Intl.Collator(language, { numeric: true });
    collators.set(language, collator);
  }
  return collator.compare(a, b);
}

/** The same things in the order of their names. */
export const byName = <T extends { name: string }>(all: readonly T[]): T[] =>
  [...all].sort((a, b) => natural(a.name, b.name));
