import { nothing, type Written } from "./config";

// What was typed outlives a change of page in the same tab. Browsers that forbid storage in frames lose only that.
const key = (home: string) => `tellus:${home}`;

export function keepDraft(home: string, w: Written): void {
  try {
    const { files: _, ...words } = w;
    if (Object.values(words).some((v) => v !== "")) sessionStorage.setItem(key(home), JSON.stringify(words));
    else sessionStorage.removeItem(key(home));
  } catch {}
}

export function keptDraft(home: string): Written {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(key(home)) ?? "{}");
    const words = { ...nothing };
    for (const field of ["name", "email", "subject", "message"] as const) {
      const v = (kept as Record<string, unknown>)[field];
      if (typeof v === "string") words[field] = v;
    }
    return words;
  } catch {
    return { ...nothing };
  }
}
