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

/** What went wrong, in the reader's language, with what the server named where only it knows. */
export function inWords(t: T, err: unknown): string {
  if (!isProblem(err)) return t("problem.other", { detail: err instanceof Error ? err.message : String(err) });
  if (err.code === "invalid" && err.errors.length > 0) return t("problem.invalid_field", { detail: fieldWords(err) });
  if (known.has(err.code)) return t(`problem.${err.code}`);
  return t("problem.other", { detail: err.message });
}

function fieldWords(err: Problem): string {
  return err.errors
    .map((e) => e.message ?? "")
    .filter(Boolean)
    .join("; ");
}
