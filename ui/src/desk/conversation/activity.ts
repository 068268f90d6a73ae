import type { Directory } from "../../api/queries";
import type { DeskEvent } from "../../api/types";
import type { Format } from "../../i18n/format";

type T = (key: string, values?: Record<string, unknown>) => string;

const number = (v: unknown) => (typeof v === "number" ? v : 0);
const text = (v: unknown) => (typeof v === "string" ? v : "");

/** Who did it, in words; "you" for the reader. */
export function actorName(t: T, directory: Directory, me: number, e: DeskEvent): string {
  switch (e.by.kind) {
    case "agent":
      return e.by.id === me ? t("activity.you") : (directory.agent(e.by.id)?.name ?? t("activity.former"));
    case "customer":
      return t("activity.customer");
    default:
      return t("activity.system");
  }
}

/**
 * Words an event of a conversation in the reader's language, from its kind and data. Undefined for what the messages themselves tell, and
 * for kinds that this version does not know.
 */
export function activityWords(
  t: T,
  format: Format,
  directory: Directory,
  me: number,
  e: DeskEvent,
): string | undefined {
  const who = actorName(t, directory, me, e);
  const data = e.data ?? {};
  const agent = (id: unknown) => directory.agent(number(id))?.name ?? t("activity.former");
  switch (e.kind) {
    case "conversation.opened":
      if (e.by.kind === "agent") return t("activity.started", { who });
      return t("activity.opened", { inbox: directory.inbox(number(data.inbox))?.name ?? "" });
    case "conversation.reopened":
      return t("activity.reopened", { who });
    case "status.changed":
      return t(`activity.status_${text(data.to) || "open"}`, { who });
    case "priority.changed":
      return t("activity.priority", { who, to: t(`priority.${number(data.to)}`) });
    case "assignee.changed": {
      const to = number(data.to);
      if (to === 0) return t("activity.unassigned", { who });
      if (to === me)
        return e.by.kind === "agent" && e.by.id === me
          ? t("activity.took", { who })
          : t("activity.assigned_you", { who });
      if (e.by.kind === "agent" && e.by.id === to) return t("activity.took", { who });
      return t("activity.assigned", { who, to: agent(to) });
    }
    case "team.changed": {
      const to = number(data.to);
      return to === 0
        ? t("activity.no_team", { who })
        : t("activity.team", { who, to: directory.team(to)?.name ?? t("activity.gone_team") });
    }
    case "inbox.changed":
      return t("activity.inbox", { who, to: directory.inbox(number(data.to))?.name ?? "" });
    case "tag.added":
    case "tag.removed": {
      const tag = directory.tag(number(data.tag))?.name ?? t("activity.gone_tag");
      return t(e.kind === "tag.added" ? "activity.tagged" : "activity.untagged", { who, tag });
    }
    case "conversation.snoozed": {
      const until = Date.parse(text(data.until));
      return t("activity.snoozed", { who, when: Number.isNaN(until) ? "" : format.weekdayMoment(until) });
    }
    case "conversation.linked":
      return t(data.kind === "split" ? "activity.split" : "activity.linked", { who });
    case "follower.added":
    case "follower.removed":
      return t(e.kind === "follower.added" ? "activity.followed" : "activity.unfollowed", {
        who,
        name: agent(data.agent),
      });
  }
  const plain: Record<string, string> = {
    "subject.changed": "subject",
    "customer.changed": "customer_changed",
    "conversation.woken": "woken",
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
  return key && t(`activity.${key}`, { who });
}
