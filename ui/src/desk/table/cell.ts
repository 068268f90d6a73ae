import type { Directory } from "../../api/queries";
import type { Conversation, FieldValues, Money, Time } from "../../api/types";
import type { Format } from "../../i18n/format";
import { moneyText, spanText } from "../fields/values";
import type { Attribute } from "../views/attributes";

/** What cells are worded with. */
export interface CellContext {
  attributes: readonly Attribute[];
  directory: Directory;
  types: readonly { id: number; name: string }[];
  format: Format;
  /** Milliseconds since 1970. */
  now: number;
  t: (key: string, values?: Record<string, unknown>) => string;
}

type Words = (row: Conversation, c: CellContext) => string | undefined;

const moment =
  (of: (row: Conversation) => Time | undefined): Words =>
  (row, c) => {
    const at = of(row);
    return at ? c.format.moment(Date.parse(at), c.now) : "";
  };
const flag =
  (of: (row: Conversation) => boolean | undefined): Words =>
  (row, c) =>
    of(row) ? c.t("views.op.yes") : "";

/** What a row of a list says of each attribute. What is not here stands in no row: it can be asked for and exported, but not shown as a column. */
const words: Record<string, Words> = {
  customer: (r) => r.customerName || r.address,
  "customer.name": (r) => r.customerName || r.address,
  "customer.address": (r) => r.address,
  subject: (r, c) => r.subject || c.t("list.no_subject"),
  preview: (r) => r.preview,
  number: (r) => `#${r.number}`,
  status: (r, c) => c.t(`status.${r.status}`),
  priority: (r, c) => c.t(`priority.${r.priority}`),
  assignee: (r, c) => c.directory.agent(r.assignee)?.name,
  team: (r, c) => c.directory.team(r.team)?.name,
  inbox: (r, c) => c.directory.inbox(r.inbox)?.name,
  type: (r, c) => c.types.find((x) => x.id === r.type)?.name,
  tags: (r, c) => {
    const names = r.tags.map((id) => c.directory.tag(id)?.name ?? "");
    return names.filter(Boolean).join(", ");
  },
  channel: (r, c) => c.t(`views.code.channel.${r.channel}`),
  due: moment((r) => r.dueAt),
  waiting: moment((r) => r.waitingSince),
  created: moment((r) => r.createdAt),
  last: moment((r) => r.lastAt),
  snoozed: moment((r) => r.snoozedUntil),
  trashed: moment((r) => r.trashedAt),
  messages: (r) => String(r.messages),
  spent: (r) => (r.spent ? spanText(r.spent) : ""),
  checks_open: (r) => (r.checks ? String(r.checks - (r.checked ?? 0)) : ""),
  checks_owed: (r) => (r.checksOwed ? String(r.checksOwed) : ""),
  awaited: (r, c) => (r.wakeOn ? c.t(`views.code.awaited.${r.wakeOn.event}`) : ""),
  last_by: (r, c) => c.t(`views.code.last_by.${r.previewBy}`),
  language: (r, c) => (r.language ? c.format.languageName(r.language) : ""),
  until_reply: flag((r) => r.untilReply),
  restricted: flag((r) => r.restricted),
  attachments: flag((r) => r.attachments),
  troubled: flag((r) => r.deliveryTroubled),
};

/** Whether a table can show an attribute: what rows hold, and the conversation's own custom fields. */
export function hasCell(a: Attribute): boolean {
  return a.key in words || (a.key.startsWith("field:") && !a.owner);
}

/** What stands in a cell, in words. */
export function cell(key: string, row: Conversation, c: CellContext): string {
  const own = words[key];
  if (own) return own(row, c) ?? "";
  const a = c.attributes.find((x) => x.key === key);
  return a && hasCell(a) ? fieldWords(a, row.fields?.[key.slice("field:".length)], c) : "";
}

function fieldWords(a: Attribute, v: FieldValues[string] | null | undefined, c: CellContext): string {
  if (v === undefined || v === null) return "";
  if (typeof v === "boolean") return c.t(v ? "views.op.yes" : "views.op.no");
  if (Array.isArray(v)) {
    const name = (id: number) => (a.of === "agent" ? c.directory.agent(id) : a.options?.find((o) => o.id === id))?.name;
    return v.map((id) => name(id) ?? "").join(", ");
  }
  return typeof v === "object" ? moneyText(v as Money) : String(v);
}
