import type { FieldValue, Permission, WakeOn } from "../../../api/types";

/** What macros can speak of, in the order of menus; the server's list (internal/engine/placeholder) is held to this one by placeholder.test.ts. */
export const placeholders = [
  "customer.name",
  "customer.firstName",
  "customer.lastName",
  "customer.email",
  "customer.phone",
  "customer.organisation",
  "agent.name",
  "agent.firstName",
  "agent.email",
  "conversation.number",
  "conversation.subject",
  "conversation.inbox",
  "conversation.team",
  "purchase.number",
  "purchase.date",
  "purchase.amount",
  "purchase.status",
] as const;

export const manageMacros: Permission = "macro.manage";

export type Deed =
  | "set_status"
  | "set_priority"
  | "assign"
  | "set_team"
  | "add_tags"
  | "remove_tags"
  | "snooze_for"
  | "snooze_until"
  | "add_note"
  | "set_type"
  | "set_field"
  | "tell"
  | "mark_spam"
  | "trash"
  | "answer"
  | "ask"
  | "add_checklist"
  | "follow"
  | "unfollow"
  | "webhook"
  | "merge";

/** One thing that a macro does; which fields count is said by `do`. */
export interface Action {
  do: Deed;
  status?: "" | "open" | "waiting" | "resolved" | "closed";
  priority?: number;
  me?: boolean;
  agent?: number;
  team?: number;
  tags?: number[];
  minutes?: number;
  day?: "" | "tomorrow" | "monday" | "tuesday" | "wednesday" | "thursday" | "friday" | "saturday" | "sunday";
  clock?: string;
  /** Snoozes: it wakes before its time where this happens. */
  on?: "" | WakeOn["event"];
  note?: string;
  /** What a rule answers with. */
  macro?: number;
  type?: number;
  field?: number;
  /** Who is told: people, teams, whoever has the conversation. */
  agents?: number[];
  teams?: number[];
  holder?: boolean;
  /** Who leads its team is told. */
  leads?: boolean;
  /** Who is on duty in these rosters is told. */
  duty?: number[];
  /** By every means, whatever they chose. */
  loud?: boolean;
  /** Assign, ask, follow: to who is on duty in this roster. */
  onDuty?: number;
  /** The template of a checklist. */
  list?: number;
  /** Merge: within one inbox alone. */
  sameInbox?: boolean;
  /** The webhook that a rule calls. */
  webhook?: number;
  /** Null or absent takes the value away. */
  value?: FieldValue;
}

export type Audience = "personal" | "teams" | "everyone";

interface Common {
  id: number;
  owner: number;
  folder: string;
  name: string;
  audience: Audience;
  teams: number[];
  actions: Action[];
  active: boolean;
  version: number;
  uses: number;
  mine: number;
  usedAt?: string | null;
}

export interface ListedMacro extends Common {
  languages: string[];
}

export interface Macro extends Common {
  texts: Record<string, string>;
}

/** A macro's text in a conversation. */
export interface Filled {
  html: string;
  language?: string;
  /** The customer's language, where there is no text in it. */
  wanted?: string;
  missing: string[];
  actions: Action[];
}

/** Where a macro is used. */
export interface Where {
  conversation?: number;
  inbox?: number;
  address?: string;
  name?: string;
}
