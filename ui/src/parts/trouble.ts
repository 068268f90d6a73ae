import { isProblem, type Problem } from "../api/problem";

type T = (key: string, values?: Record<string, unknown>) => string;

const known = new Set([
  "offline",
  "not_found",
  "invalid",
  "conflict",
  "forbidden",
  "signed_out",
  "too_many",
  "too_large",
  "gone",
  "unreachable",
]);

/** The words for a refusal's reason; undefined where it has none, or where they are not loaded yet. */
export function reasonWords(t: T, why: { reason?: string; values?: Record<string, unknown> }): string | undefined {
  if (!why.reason) return undefined;
  const key = `form.refusal.${why.reason}`;
  const words = t(key, why.values);
  return words === key ? undefined : words; // an older page does not know a newer server's reasons
}

/** What went wrong, in the reader's language, with what the server named where only it knows. */
export function inWords(t: T, err: unknown): string {
  if (!isProblem(err)) return t("problem.other", { detail: err instanceof Error ? err.message : String(err) });
  const why = reasonWords(t, err);
  if (why) return why;
  if (err.code === "invalid" && err.errors.length > 0)
    return t("problem.invalid_field", { detail: fieldWords(t, err) });
  if (known.has(err.code)) return t(`problem.${err.code}`);
  return t("problem.other", { detail: err.message });
}

function fieldWords(t: T, err: Problem): string {
  return err.errors
    .map((e) => reasonWords(t, e) ?? e.message ?? "")
    .filter(Boolean)
    .join("; ");
}
