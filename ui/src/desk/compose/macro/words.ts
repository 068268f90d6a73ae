import type { Directory } from "../../../api/queries";
import type { Tag } from "../../../api/types";
import type { Format } from "../../../i18n/format";
import type { ConversationType, CustomField } from "../../fields/types";
import { valueWords } from "../../fields/values";
import { plainText } from "../html";
import type { Action } from "./types";

type T = (key: string, values?: Record<string, unknown>) => string;

export interface Known {
  t: T;
  format: Format;
  directory: Pick<Directory, "agent" | "team">;
  tags: readonly Tag[];
  /** Types and fields; what is not known yet is written as gone. */
  types?: readonly ConversationType[];
  fields?: readonly CustomField[];
  /** Rosters by name, where they are known. */
  rosters?: readonly { id: number; name: string }[];
  macros?: readonly { id: number; name: string }[];
  /** Templates of checklists. */
  lists?: readonly { id: number; name: string }[];
  webhooks?: readonly { id: number; name: string }[];
}

/** What names an action among others of a list. */
export const actionKey = (a: Action): string => `${a.do}${a.field ?? ""}`;

/** What an action does, as a piece of a sentence. */
export function actionWords(
  a: Action,
  { t, format, directory, tags, types, fields, rosters, macros, lists, webhooks }: Known,
): string {
  const gone = t("macro.gone");
  switch (a.do) {
    case "set_status":
      return t("macro.does.status", { status: t(`status.${a.status}`).toLocaleLowerCase(format.language) });
    case "set_priority":
      return t("macro.does.priority", {
        priority: t(`priority.${a.priority ?? 0}`).toLocaleLowerCase(format.language),
      });
    case "assign":
      if (a.me) return t("macro.does.assign_me");
      if (a.onDuty) return t("macro.does.assign_duty", { name: rosters?.find((r) => r.id === a.onDuty)?.name ?? "…" });
      return a.agent
        ? t("macro.does.assign", { name: directory.agent(a.agent)?.name ?? gone })
        : t("macro.does.unassign");
    case "set_team":
      return a.team ? t("macro.does.team", { name: directory.team(a.team)?.name ?? gone }) : t("macro.does.no_team");
    case "add_tags":
    case "remove_tags": {
      const names = (a.tags ?? []).map((id) => tags.find((tag) => tag.id === id)?.name ?? gone);
      return t(`macro.does.${a.do}`, { tags: names.join(", ") });
    }
    case "set_type": {
      const type = types?.find((k) => k.id === a.type);
      return a.type ? t("macro.does.type", { type: type?.name ?? gone }) : t("macro.does.no_type");
    }
    case "set_field": {
      const field = fields?.find((f) => f.id === a.field);
      const value = field && valueWords(field, a.value, (id) => directory.agent(id)?.name ?? gone, t);
      return value
        ? t("macro.does.field", { field: field.name, value })
        : t("macro.does.no_field", { field: field?.name ?? gone });
    }
    case "tell": {
      const names = [
        ...(a.holder ? [t("macro.does.tell_holder")] : []),
        ...(a.leads ? [t("macro.does.tell_leads")] : []),
        ...(a.duty ?? []).map((id) => {
          const roster = rosters?.find((r) => r.id === id);
          return roster ? t("macro.does.tell_duty", { name: roster.name }) : t("macro.does.tell_some_duty");
        }),
        ...(a.teams ?? []).map((id) => directory.team(id)?.name ?? gone),
        ...(a.agents ?? []).map((id) => directory.agent(id)?.name ?? gone),
      ];
      return t(a.loud ? "macro.does.tell_loud" : "macro.does.tell", { names: format.list(names) });
    }
    case "answer":
      return t("macro.does.answer", { name: macros?.find((m) => m.id === a.macro)?.name ?? gone });
    case "ask": {
      const names = (a.agents ?? []).map((id) => directory.agent(id)?.name ?? gone);
      const roster = rosters?.find((r) => r.id === a.onDuty);
      if (a.onDuty)
        names.push(roster ? t("macro.does.tell_duty", { name: roster.name }) : t("macro.does.tell_some_duty"));
      return t("macro.does.ask", { names: format.list(names), question: shortened(a.note) });
    }
    case "follow":
    case "unfollow": {
      const names = (a.agents ?? []).map((id) => directory.agent(id)?.name ?? gone);
      if (a.me) names.unshift(t("macro.does.follow_me"));
      const roster = rosters?.find((r) => r.id === a.onDuty);
      if (a.onDuty)
        names.push(roster ? t("macro.does.tell_duty", { name: roster.name }) : t("macro.does.tell_some_duty"));
      return t(`macro.does.${a.do}`, { names: format.list(names) });
    }
    case "add_checklist": {
      const name = lists?.find((l) => l.id === a.list)?.name;
      return name ? t("macro.does.add_checklist", { name }) : t("macro.does.add_some_checklist");
    }
    case "webhook": {
      const name = webhooks?.find((w) => w.id === a.webhook)?.name;
      return name ? t("macro.does.webhook", { name }) : t("macro.does.some_webhook");
    }
    case "merge":
      return t(a.sameInbox ? "macro.does.merge_inbox" : "macro.does.merge", {
        span: spanWords(a.minutes ?? 0, format.language),
      });
    case "mark_spam":
    case "trash":
      return t(`macro.does.${a.do}`);
    case "snooze_for":
      return sooner(t, a, t("macro.does.snooze_for", { span: spanWords(a.minutes ?? 0, format.language) }));
    case "snooze_until":
      return sooner(
        t,
        a,
        t("macro.does.snooze_until", { day: dayWords(a.day ?? "", t, format.language), clock: a.clock }),
      );
    case "add_note":
      return t("macro.does.note", { note: shortened(a.note) });
  }
}

function shortened(note: string | undefined): string {
  const words = plainText(note ?? "").replace(/\s+/g, " ");
  return words.length > 60 ? `${words.slice(0, 59)}…` : words;
}

const sooner = (t: T, a: Action, what: string) => (a.on ? t("wake.does", { what, event: t(`wake.or_${a.on}`) }) : what);

/** "3 days", "90 minutes": in the largest unit that is whole. */
export function spanWords(minutes: number, language: string): string {
  const [n, unit] =
    minutes % 1440 === 0 ? [minutes / 1440, "day"] : minutes % 60 === 0 ? [minutes / 60, "hour"] : [minutes, "minute"];
  return new Intl.NumberFormat(language, { style: "unit", unit: unit as string, unitDisplay: "long" }).format(
    n as number,
  );
}

export const weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;

/** A day that a snooze ends on, in the reader's language. */
export function dayWords(day: string, t: T, language: string): string {
  const at = weekdays.indexOf(day as (typeof weekdays)[number]);
  if (at < 0) return t("time.tomorrow");
  // 2024-01-01 was a Monday.
  return new Intl.DateTimeFormat(language, { weekday: "long", timeZone: "UTC" }).format(Date.UTC(2024, 0, 1 + at));
}
