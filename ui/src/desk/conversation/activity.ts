import type { Directory } from "../../api/queries";
import type { DeskEvent } from "../../api/types";
import type { Format } from "../../i18n/format";
import { wakeKey } from "../list/Snoozed";

type T = (key: string, values?: Record<string, unknown>) => string;

const number = (v: unknown) => (typeof v === "number" ? v : 0);
const text = (v: unknown) => (typeof v === "string" ? v : "");

/** A sentence's beginning within another one. */
const inside = (s: string) => s.charAt(0).toLocaleLowerCase() + s.slice(1);

/** Who did it, in words; "you" for the reader. */
export function actorName(t: T, directory: Directory, me: number, e: DeskEvent): string {
  switch (e.by.kind) {
    case "agent":
      return e.by.id === me ? t("activity.you") : (directory.agent(e.by.id)?.name ?? t("activity.former"));
    case "customer":
      return t("activity.customer");
    case "rule":
      return t("activity.rule");
    default:
      return t("activity.system");
  }
}

/**
 * What happened, in the reader's language and without who did it, from an event's kind and data. Undefined for what the messages themselves
 * tell, and for kinds that this version does not know.
 */
export function activityWords(
  t: T,
  format: Format,
  directory: Directory,
  me: number,
  e: DeskEvent,
): string | undefined {
  const data = e.data ?? {};
  const agent = (id: unknown) => directory.agent(number(id))?.name ?? t("activity.former");
  const event = (as: "until" | "woken") =>
    t(wakeKey(as, { event: text(data.on), number: number(data.number) }), {
      number: data.number,
      defaultValue: t("activity.woken"),
    });
  switch (e.kind) {
    case "conversation.opened":
      if (e.by.kind === "agent") return t("activity.started");
      return t("activity.opened", { inbox: directory.inbox(number(data.inbox))?.name ?? "" });
    case "conversation.reopened":
      return t("activity.reopened");
    case "status.changed":
      return t(`activity.status_${text(data.to) || "open"}`);
    case "priority.changed":
      return t("activity.priority", { to: t(`priority.${number(data.to)}`) });
    case "assignee.changed": {
      const to = number(data.to);
      if (to === 0 && data.minutes)
        return t(number(data.from) === me ? "activity.not_accepted_you" : "activity.not_accepted", {
          from: agent(number(data.from)),
          minutes: number(data.minutes),
        });
      if (data.absent)
        return t(to === 0 ? "activity.handed_back" : "activity.handed_over", {
          from: agent(number(data.from)),
          to: agent(to),
          when: format.weekdayMoment(Date.parse(text(data.absent))),
        });
      if (to === 0) return t("activity.unassigned");
      if (e.by.kind === "system")
        return t(to === me ? "activity.distributed_you" : "activity.distributed", { to: agent(to) });
      if (to === me) return e.by.kind === "agent" && e.by.id === me ? t("activity.took") : t("activity.assigned_you");
      if (e.by.kind === "agent" && e.by.id === to) return t("activity.took");
      return t("activity.assigned", { to: agent(to) });
    }
    case "team.changed": {
      const to = number(data.to);
      return to === 0
        ? t("activity.no_team")
        : t("activity.team", { to: directory.team(to)?.name ?? t("activity.gone_team") });
    }
    case "inbox.changed":
      return t("activity.inbox", { to: directory.inbox(number(data.to))?.name ?? "" });
    case "type.changed":
    case "fields.changed":
    case "checklist.added":
    case "checklist.removed":
    case "check.ticked":
    case "check.unticked":
    case "work.changed":
      return t(`activity.${e.kind.replace(".", "_")}`);
    case "tag.added":
    case "tag.removed": {
      const tag = directory.tag(number(data.tag))?.name ?? t("activity.gone_tag");
      return t(e.kind === "tag.added" ? "activity.tagged" : "activity.untagged", { tag });
    }
    case "conversation.snoozed": {
      const until = Date.parse(text(data.until));
      if (Number.isNaN(until)) return t("activity.snoozed_reply");
      const when = format.weekdayMoment(until);
      const words = t("activity.snoozed", { when });
      return data.on ? t("wake.latest", { what: inside(event("until")), when, defaultValue: words }) : words;
    }
    case "conversation.woken":
      return data.on ? event("woken") : t("activity.woken");
    case "people.told": {
      const ids = (v: unknown) => (Array.isArray(v) ? v : []);
      const names = [
        ...(data.holder ? [t("activity.told_holder")] : []),
        ...(data.leads ? [t("activity.told_leads")] : []),
        ...(ids(data.duty).length > 0 ? [t("activity.told_duty")] : []),
        ...ids(data.teams).map((id) => directory.team(number(id))?.name ?? t("activity.gone_team")),
        ...ids(data.agents).map(agent),
      ];
      return t("activity.told", { names: format.list(names) });
    }
    case "commitment.made":
      return t("activity.commitment_made", { when: format.weekdayMoment(Date.parse(text(data.due))) });
    case "commitment.changed":
      return data.from
        ? t("activity.commitment_moved", {
            from: format.weekdayMoment(Date.parse(text(data.from))),
            when: format.weekdayMoment(Date.parse(text(data.due))),
          })
        : t("activity.commitment_changed");
    case "commitment.kept":
      return data.state === "broken"
        ? t("activity.commitment_kept_late", { when: format.weekdayMoment(Date.parse(text(data.due))) })
        : t("activity.commitment_kept");
    case "commitment.dropped":
    case "commitment.reopened":
      return t(`activity.${e.kind.replace(".", "_")}`);
    case "clock.warned":
    case "clock.breached": {
      const due = Date.parse(text(data.due));
      const key = `activity.${e.kind.replace(".", "_")}${Number.isNaN(due) ? "_plain" : ""}`; // older events do not say when
      return t(key, { promise: t(`activity.promise_${text(data.kind)}`), when: format.weekdayMoment(due || 0) });
    }
    case "statute.started":
    case "statute.extended":
    case "statute.answered":
    case "statute.met":
    case "statute.unmet":
    case "statute.withdrawn":
    case "statute.warned":
    case "statute.breached": {
      const key = `activity.${e.kind.replace(".", "_")}${data.late ? "_late" : ""}`;
      return t(key, { when: format.weekdayMoment(Date.parse(text(data.due)) || 0) });
    }
    case "clock.escalated": {
      const minutes = number(data.minutes);
      return t(`activity.step_${minutes < 0 ? "before" : minutes > 0 ? "after" : "at"}`, {
        promise: t(`activity.promise_${text(data.kind)}`),
        span: format.span(Math.abs(minutes) * 60_000),
      });
    }
    case "clock.step_failed":
      return t("activity.step_failed", {
        promise: t(`activity.promise_${text(data.kind)}`),
        why: t(`activity.step_why.${text(data.why)}`, { defaultValue: t("activity.step_why.error") }),
      });
    case "conversation.linked":
      return linked(t, data);
    case "conversation.unlinked":
      return t("activity.unlinked", { number: number(data.number) });
    case "conversation.merged":
    case "conversation.merge_undone": {
      const numbers = Array.isArray(data.numbers) ? data.numbers.map((n) => `#${number(n)}`).join(", ") : "";
      return t(e.kind === "conversation.merged" ? "activity.merged" : "activity.merge_undone", { numbers });
    }
    case "conversation.split":
      return data.to
        ? t("activity.split_out", { count: number(data.messages), number: number(data.number) })
        : t("activity.split_in", { number: number(data.number) });
    case "conversation.side_answered":
      return t("activity.side_answered", { number: number(data.number) });
    case "acknowledgement.queued":
      return e.by.kind === "rule" ? t("activity.answered_itself") : undefined; // the message itself says so
    case "rule.failed":
    case "rule.stopped":
      if (text(data.why).startsWith("answer_")) {
        return t([`activity.unsent.${text(data.why)}`, "activity.unsent.other"] as unknown as string);
      }
      return t(`activity.${e.kind.replace(".", "_")}`);
    case "follower.added":
    case "follower.removed":
      return t(e.kind === "follower.added" ? "activity.followed" : "activity.unfollowed", { name: agent(data.agent) });
  }
  if (e.kind === "message.cancelled" && data.note) return t("activity.note_cancelled");
  const plain: Record<string, string> = {
    "subject.changed": "subject",
    "customer.changed": "customer_changed",
    "purchase.linked": "purchase_linked",
    "purchase.unlinked": "purchase_unlinked",
    "conversation.spam": "spam",
    "conversation.not_spam": "not_spam",
    "conversation.trashed": "trashed",
    "conversation.restored": "restored",
    "conversation.restricted": "restricted",
    "conversation.unrestricted": "unrestricted",
    "message.moved": "moved",
    "message.redacted": "redacted",
    "message.erased": "erased",
    "message.cancelled": "cancelled",
    "participant.added": "participant_added",
    "participant.removed": "participant_removed",
  };
  const key = plain[e.kind];
  return key && t(`activity.${key}`);
}

/** How a conversation was linked to another one; a split tells that itself. */
function linked(t: T, data: Record<string, unknown>): string | undefined {
  if (!number(data.number)) return t(data.kind === "split" ? "activity.split" : "activity.linked");
  const key = { split: undefined, side: "side", forward: "forwarded", side_of: "side_of", forward_of: "side_of" }[
    text(data.kind)
  ];
  if (data.kind === "split") return undefined;
  return t(`activity.${key ?? "linked_to"}`, { number: number(data.number) });
}

/** What one person did in a row, told in one breath. */
export interface Deed {
  /** Empty where it goes without saying, as for a mail that came in. */
  who: string;
  events: DeskEvent[];
  what: string[];
}

const minute = 60_000;

/**
 * Gathers what the same person did one after the other. Of several steps of one thing within a minute only the last is told: "opened, waiting"
 * is "waiting". That somebody did not accept what he was given stays, though it is given to the next at once.
 */
export function deeds(
  events: DeskEvent[],
  words: (e: DeskEvent) => string | undefined,
  name: (e: DeskEvent) => string,
): Deed[] {
  const out: Deed[] = [];
  for (const e of events) {
    const what = words(e);
    if (what === undefined) continue;
    const unsaid =
      e.kind === "conversation.side_answered" ||
      e.kind.startsWith("clock.") ||
      (e.kind === "conversation.opened" && e.by.kind !== "agent");
    const who = unsaid ? "" : name(e);
    const last = out.at(-1);
    if (last?.who !== who || e.kind.startsWith("clock.")) {
      out.push({ who, events: [e], what: [what] });
      continue;
    }
    if (last.what.at(-1) === what) continue;
    const old = single.has(e.kind)
      ? last.events.findIndex((x) => x.kind === e.kind && at(e) - at(x) < minute && !x.data?.minutes)
      : -1;
    if (old >= 0) {
      last.events.splice(old, 1);
      last.what.splice(old, 1);
    }
    last.events.push(e);
    last.what.push(what);
  }
  return out;
}

const single = new Set(["status.changed", "assignee.changed", "priority.changed", "team.changed"]);
const at = (e: DeskEvent) => Date.parse(e.at ?? "");

/** A deed as a line: "You – taken and resolved". */
export function deedLine(t: T, format: Format, d: Deed): string {
  const what = format.list(d.what);
  const line = d.who ? t("activity.by", { who: d.who, what }) : what;
  return line.charAt(0).toLocaleUpperCase(format.language) + line.slice(1);
}
