import { useQuery } from "@tanstack/react-query";
import type { useTranslation } from "react-i18next";
import { useDirectory } from "../api/queries";
import type { Customer, FieldValue } from "../api/types";
import { fieldsQuery } from "../desk/fields/queries";
import type { CustomField } from "../desk/fields/types";
import { valueWords } from "../desk/fields/values";
import type { useFormat } from "../i18n/format";

/** A value that two records do not agree on. */
export interface Difference {
  /** What it is picked by. */
  key: string;
  name: string;
  into: string;
  from: string;
  /** Whose is kept where nobody picks. */
  kept: "into" | "from";
}

export interface FieldWords {
  fields: readonly CustomField[];
  agent: (id: number) => string;
}

/** The custom fields of customers, and people's names for their values. */
export function useFieldWords(): FieldWords {
  const directory = useDirectory();
  const fields = useQuery(fieldsQuery).data?.filter((f) => f.target === "customer") ?? [];
  return { fields, agent: (id) => directory.agent(id)?.name ?? "" };
}

type T = ReturnType<typeof useTranslation>["t"];

/** Values of which one can be kept, in the order of a customer's page; notes, warnings and addresses are joined and not among them. */
export function differences(
  into: Customer,
  from: Customer,
  t: T,
  format: ReturnType<typeof useFormat>,
  words: FieldWords,
): Difference[] {
  const hours = (c: Customer) =>
    c.hours ? [`${c.hours.from}–${c.hours.to}`, (c.hours.days ?? []).join(" ")].filter(Boolean).join(" · ") : "";
  const all: [string, string, (c: Customer) => string][] = [
    ["name", t("customer.name"), (c) => c.name],
    ["organisation", t("customer.organisation"), (c) => c.organisation ?? ""],
    ["language", t("customer.language"), (c) => (c.language ? format.languageName(c.language) : "")],
    ["timeZone", t("customers.zone"), (c) => c.timeZone ?? ""],
    ["prefers", t("customers.prefers"), (c) => (c.prefers ? t(`customers.way_${c.prefers}`) : "")],
    ["hours", t("customers.hours"), hours],
    ["birthday", t("customers.birthday"), (c) => c.birthday ?? ""],
  ];
  for (const f of words.fields) {
    const value = (c: Customer) => valueWords(f, c.fields[f.id] as FieldValue, words.agent, t as never);
    all.push([`field:${f.id}`, f.name, value]);
  }
  return all
    .map(([key, name, of]) => ({ key, name, into: of(into), from: of(from) }))
    .filter((d) => d.into !== d.from && (d.key !== "name" || d.from))
    .map((d) => ({ ...d, kept: !d.into && d.from ? "from" : "into" }));
}
