import type { Conversation, FieldValue, FieldValues, Money } from "../../api/types";
import type { CustomField, FieldOption } from "./types";

/** Whether a field is asked for in a conversation of a type and an inbox. */
export function applies(f: CustomField, type: number | undefined, inbox: number): boolean {
  return (
    f.target === "conversation" &&
    !f.archivedAt &&
    (f.types.length === 0 || f.types.includes(type ?? 0)) &&
    (f.inboxes.length === 0 || f.inboxes.includes(inbox))
  );
}

export const hasValue = (values: FieldValues, f: CustomField) => values[f.id] !== undefined && values[f.id] !== null;

/** What a conversation still needs before it is resolved. */
export function missing(fields: readonly CustomField[], row: Conversation): CustomField[] {
  return fields.filter((f) => f.required && applies(f, row.type, row.inbox) && !hasValue(row.fields, f));
}

/** The option that an option means: itself, or the one that it was merged into. */
export function meant(f: CustomField, id: number): FieldOption | undefined {
  let option = f.options.find((o) => o.id === id);
  for (let i = 0; option?.into && i < f.options.length; i++) {
    const into: number = option.into;
    option = f.options.find((o) => o.id === into);
  }
  return option;
}

/** An option's name after those that it lies below. */
export function pathOf(f: CustomField, id: number): string {
  const names: string[] = [];
  let option = meant(f, id);
  for (let i = 0; option && i < 8; i++) {
    names.unshift(option.name);
    const parent: number | undefined = option.parent;
    option = parent ? f.options.find((o) => o.id === parent) : undefined;
  }
  return names.join(" › ");
}

/** What can be chosen: leaves of a tree, by their whole path; what a value names already stays choosable. */
export function choices(f: CustomField, named: readonly number[]): { id: number; name: string }[] {
  const offered = f.options.filter((o) => !o.archived && !o.into);
  const branches = new Set(f.kind === "tree" ? offered.map((o) => o.parent) : []);
  const list = offered.filter((o) => !branches.has(o.id));
  for (const id of named) {
    const option = meant(f, id);
    if (option && !list.includes(option)) list.push(option);
  }
  return list.map((o) => ({ id: o.id, name: pathOf(f, o.id) }));
}

const decimalsOf = (currency: string) =>
  new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;

/** A number as people type it: with a comma or a point, and with spaces between thousands. Undefined where it is none. */
export function readNumber(text: string): number | undefined {
  const plain = text.replace(/[\s\u00a0\u202f'’]/g, "").replace(",", ".");
  if (!/^[+-]?(\d+(\.\d*)?|\.\d+)$/.test(plain)) return undefined;
  return Number(plain);
}

/** Money as people type it: "12,50", "12.50 PLN", "€ 12". */
export function readMoney(text: string, usual: string): Money | undefined {
  const signs: Record<string, string> = { "€": "EUR", $: "USD", "£": "GBP", zł: "PLN" };
  let rest = text.trim();
  let currency = usual;
  for (const [sign, code] of Object.entries(signs)) {
    if (rest.includes(sign)) [rest, currency] = [rest.replace(sign, ""), code];
  }
  const code = /[A-Za-z]{3}/.exec(rest);
  if (code) [rest, currency] = [rest.replace(code[0], ""), code[0].toUpperCase()];
  const n = readNumber(rest);
  if (n === undefined) return undefined;
  return { amount: Math.round(n * 10 ** decimalsOf(currency)), currency };
}

export function moneyText(m: Money): string {
  return `${(m.amount / 10 ** decimalsOf(m.currency)).toFixed(decimalsOf(m.currency))} ${m.currency}`;
}

/** What is typed into the field of a value. */
export function textOf(f: CustomField, v: FieldValue | undefined): string {
  if (v === undefined || v === null) return "";
  if (f.kind === "money") return moneyText(v as Money);
  return String(v);
}

/** A value as people read it; "" for none. */
export function valueWords(
  f: CustomField,
  v: FieldValue | undefined,
  agent: (id: number) => string,
  t: (key: string) => string,
): string {
  if (typeof v === "boolean") return t(v ? "field.yes" : "field.no");
  if (Array.isArray(v)) return v.map((id) => (f.kind === "people" ? agent(id) : pathOf(f, id))).join(", ");
  const text = textOf(f, v);
  return text && f.form.unit ? `${text} ${f.form.unit}` : text;
}

/** The value that a text stands for; undefined where the field cannot take it. */
export function readValue(f: CustomField, text: string): FieldValue | undefined {
  const words = text.trim();
  if (words === "") return null;
  if (f.kind === "number") return readNumber(words);
  if (f.kind === "money") return readMoney(words, f.form.currency || "EUR");
  return words;
}

/** Seconds of a span as people type it: "1h 15m", "1:15", "75" (minutes), "1,5h". Undefined where it is none, or longer than a day. */
export function readSpan(text: string): number | undefined {
  const words = text.trim().toLowerCase().replace(",", ".");
  let minutes: number | undefined;
  const clock = /^(\d{1,2}):([0-5]\d)$/.exec(words);
  const parts = /^(?:(\d+(?:\.\d+)?)\s*(?:h|st|val|godz)\.?)?\s*(?:(\d+)\s*(?:m|min)?\.?)?$/.exec(words);
  if (clock) minutes = Number(clock[1]) * 60 + Number(clock[2]);
  else if (words && parts) minutes = Number(parts[1] ?? 0) * 60 + Number(parts[2] ?? 0);
  const seconds = minutes === undefined ? 0 : Math.round(minutes * 60);
  return seconds >= 1 && seconds <= 86_400 ? seconds : undefined;
}

/** A span as it is typed and read: "1h 15m"; what is below a minute counts as one. */
export function spanText(seconds: number): string {
  const minutes = Math.max(1, Math.round(seconds / 60));
  const hours = Math.floor(minutes / 60);
  return [hours && `${hours}h`, minutes % 60 && `${minutes % 60}m`].filter(Boolean).join(" ");
}
