import { isProblem } from "../../api/problem";
import { inWords, reasonWords } from "../../parts/trouble";

export type T = (key: string, values?: Record<string, unknown>) => string;

export interface Refused {
  /** By location without "body.", such as "receive.host". */
  fields: Record<string, string>;
  /** What concerns no field in particular. */
  whole: string;
}

/** Words a refusal for a form that shows the given fields; what names another field is said above the form. */
export function refused(t: T, err: unknown, shown?: (location: string) => boolean): Refused {
  const out: Refused = { fields: {}, whole: "" };
  if (!isProblem(err)) return { ...out, whole: inWords(t, err) };
  for (const e of err.errors) {
    const location = (e.location ?? "").replace(/^body\.?/, "");
    const words = reasonWords(t, e) ?? t("form.refusal.other", { detail: e.message });
    if (location && (!shown || shown(location))) out.fields[location] ??= words;
    else out.whole ||= words;
  }
  if (Object.keys(out.fields).length === 0 && !out.whole) out.whole = inWords(t, err);
  return out;
}
