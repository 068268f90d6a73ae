import type { Directory } from "../../api/queries";
import type { Segment } from "../../api/segments";
import type { ConversationType } from "../fields/types";
import { type Attribute, isHappening } from "./attributes";

/** What can be chosen; what is past is named where it was chosen, and offered no more. */
export interface Option {
  value: string;
  label: string;
  past?: boolean;
}

export type T = (key: string, values?: Record<string, unknown>) => string;

/** What an attribute can be compared with; undefined where people type it. */
export function optionsOf(
  a: Attribute,
  d: Directory,
  types: ConversationType[],
  segments: Segment[],
  t: T,
  personal: boolean,
): Option[] | undefined {
  if (/(^|\.)language$/.test(a.key))
    return ["lv", "lt", "pl", "en", "ru", "de", "et", "fi", "sv", "uk"].map((l) => ({
      value: l,
      label: languageName(l, t),
    }));
  if (a.choices?.length) return a.choices.map((c) => ({ value: c, label: codeName(a, c, t) }));
  const named = (list: { id: number; name: string }[]): Option[] =>
    list.map((x) => ({ value: String(x.id), label: x.name }));
  switch (a.of) {
    case "agent":
      return [
        ...(personal ? [{ value: "me", label: t("views.me") }] : []),
        ...d.agents.map((x) => ({ value: String(x.id), label: x.name, past: !x.active })),
      ];
    case "team":
      return named(d.teams);
    case "inbox":
      return named(d.inboxes);
    case "tag":
      return named(d.tags);
    case "type":
      return types.map((x) => ({ value: String(x.id), label: x.name, past: Boolean(x.archivedAt) }));
    case "segment":
      return named(segments);
    case "option":
      return named(a.options ?? []);
  }
  return undefined;
}

function languageName(code: string, t: T): string {
  try {
    return new Intl.DisplayNames([t("views.locale")], { type: "language" }).of(code) ?? code;
  } catch {
    return code;
  }
}

function codeName(a: Attribute, code: string, t: T): string {
  const priorities = ["low", "normal", "high", "urgent"];
  if (a.key === "priority") return t(`priority.${priorities.indexOf(code)}`);
  if (a.key === "status") return t(`status.${code}`);
  return t(isHappening(a.key) ? `rule.code.${a.key.replace(".", "_")}.${code}` : `views.code.${a.key}.${code}`);
}
