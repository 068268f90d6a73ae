// The bodies of the API, after the Go package internal/desk. Times are RFC 3339 strings in UTC, or null.

import type { components } from "./schema";

export type Time = string | null;
export type Status = "new" | "open" | "waiting" | "resolved" | "closed";
export type Channel = "email" | "form" | "phone" | "visit" | "letter";
export type DeliveryState = "" | "queued" | "sending" | "sent" | "failed" | "unsure" | "bounced" | "cancelled";
export type Role = "owner" | "administrator" | "supervisor" | "agent" | "light_agent";
export type TagColour = "grey" | "green" | "amber" | "red" | "blue" | "violet";
export type Sort = "due" | "newest" | "oldest";
/** A list's order: a built-in view's, or by an attribute of a saved one (by:due, by:-last). */
export type Order = Sort | `by:${string}`;

export type Permission =
  | "conversation.read"
  | "conversation.note"
  | "conversation.write"
  | "conversation.see_all"
  | "conversation.restrict"
  | "conversation.erase"
  | "conversation.export"
  | "tag.manage"
  | "macro.manage"
  | "field.manage"
  | "view.manage"
  | "purchase.manage"
  | "presence.manage"
  | "policy.manage"
  | "rule.manage"
  | "inbox.manage"
  | "team.manage"
  | "people.manage"
  | "people.manage_owners"
  | "figure.read"
  | "audit.read"
  | "privacy.manage"
  | "job.manage"
  | "setting.manage";

/** An amount in minor units (cents), and its ISO 4217 currency. */
export interface Money {
  amount: number;
  currency: string;
}

/** What a custom field holds: text or a date, a number, yes or no, ids of options or agents, money. */
export type FieldValue = string | number | boolean | number[] | Money | null;
/** By the fields' ids; what has no value is not in it. */
export type FieldValues = Record<string, FieldValue>;

export interface Conversation {
  id: number;
  number: number;
  subject: string;
  status: Status;
  /** 0 low, 1 normal, 2 high, 3 urgent. */
  priority: number;
  channel: Channel;
  inbox: number;
  customer: number;
  customerName: string;
  /** The customer's address in this conversation. */
  address: string;
  assignee?: number;
  team?: number;
  tags: number[];
  type?: number;
  fields: FieldValues;
  /** Items of its checklists, those that are ticked, and those without which it is not resolved. */
  checks?: number;
  checked?: number;
  checksOwed?: number;
  /** Seconds. */
  spent?: number;
  language?: string;
  preview: string;
  previewBy: "customer" | "agent" | "note" | "system" | `${"phone" | "visit" | "letter"}_${"in" | "out"}`;
  messages: number;
  attachments: boolean;
  spam?: boolean;
  restricted?: boolean;
  trashedAt?: Time;
  snoozedUntil?: Time;
  /** What it waits for while it is snoozed; it wakes at snoozedUntil at the latest. */
  wakeOn?: WakeOn;
  /** Snoozed until somebody writes, with no time. */
  untilReply?: boolean;
  dueAt?: Time;
  /** Which promise that is of, and from when its policy calls it close; absent where the inbox's own holds. */
  dueFor?: "acknowledge" | "first_answer" | "next_answer" | "update" | "resolve" | "commitment" | "statute";
  dueSoonAt?: Time;
  /** What is owed besides what policies promise, the first of it. */
  owes?: "commitment" | "statute";
  waitingSince?: Time;
  createdAt: Time;
  lastAt: Time;
  unread: boolean;
  deliveryTroubled?: boolean;
  version: number;
}

export const wakeEvents = ["resolved", "answered", "colleague", "purchase"] as const;

/** An event that ends a snooze before its time. */
export interface WakeOn {
  event: (typeof wakeEvents)[number];
  /** Which of the linked conversations, for resolved and answered; any of them where it is absent. */
  conversation?: number;
  number?: number;
  purchase?: number;
  by?: number;
  since?: string;
}

export interface NamedAddress {
  name?: string;
  address: string;
}

export interface Participant {
  customer?: number;
  name: string;
  address: string;
  role: "requester" | "cc" | "contributor";
  bounced?: boolean;
}

export interface Reason {
  code: string;
  weight?: number;
  detail?: string;
}

export interface Verdicts {
  spf?: string;
  dkim?: string;
  dmarc?: string;
  from?: string;
}

export interface Delivery {
  recipient: string;
  state: DeliveryState;
  status?: string;
  error?: string;
  attempts: number;
  nextTryAt?: Time;
  updatedAt: Time;
}

export interface Attachment {
  id: number;
  message?: number;
  name: string;
  type: string;
  size: number;
  inline?: boolean;
  contentId?: string;
  held?: string;
  unscanned?: boolean;
}

export interface Invitation {
  summary: string;
  start?: Time;
  end?: Time;
  location?: string;
  organizer?: string;
  method?: string;
}

export interface CallRecord {
  direction: "in" | "out";
  with?: string;
  outcome?: "" | "agreed" | "no_answer" | "call_back" | "left_message" | "delivered" | "other";
  seconds?: number;
}

export interface Message {
  id: number;
  conversation: number;
  origin: number;
  kind: "incoming" | "outgoing" | "note";
  channel: Channel;
  authorKind: "customer" | "agent" | "system";
  agent?: number;
  customer?: number;
  /** Whose draft it was, where a colleague who checked it sent it. */
  writtenBy?: number;
  from: NamedAddress;
  to: NamedAddress[];
  cc: NamedAddress[];
  bcc: NamedAddress[];
  subject?: string;
  at: Time;
  sentAt?: Time;
  text: string;
  folded?: string;
  /** What an agent composed, safe; foreign HTML is only ever in the message's frame. */
  html?: string;
  rich?: boolean;
  richFolded?: boolean;
  remoteImages?: number;
  language?: string;
  automatic?: string;
  verdicts?: Verdicts;
  spamScore?: number;
  spamReasons?: Reason[];
  threading?: Reason[];
  state?: DeliveryState;
  deliveries?: Delivery[];
  attachments: Attachment[];
  invitation?: Invitation;
  record?: CallRecord;
  raw?: boolean;
  page?: string;
  unreadable?: boolean;
  redactedAt?: Time;
  erasedAt?: Time;
  mentions?: number[];
  /** When it is to be sent, where a time was chosen. */
  sendAt?: Time;
  /** A scheduled mail that is not sent, since the customer wrote before its time. */
  heldBack?: boolean;
}

export interface Actor {
  kind: "agent" | "customer" | "rule" | "system";
  id?: number;
}

export interface DeskEvent {
  seq: number;
  at: Time;
  by: Actor;
  kind: string;
  subjectKind: string;
  subject: number;
  conversation?: number;
  message?: number;
  cause?: number;
  data?: Record<string, unknown>;
}

export interface Tag {
  id: number;
  name: string;
  colour: TagColour;
  version: number;
}

export interface DraftBody {
  /** `side` and `forward` are new mails beside a conversation. */
  mode: "reply" | "reply_all" | "note" | "new" | "side" | "forward";
  html: string;
  to: NamedAddress[];
  cc: NamedAddress[];
  bcc: NamedAddress[];
  subject?: string;
  inbox?: number;
  attachments: number[];
  beside?: number;
  /** The one message that is forwarded; absent for all of them. */
  forward?: number;
}

export interface Draft {
  id: number;
  conversation?: number;
  body: DraftBody;
  /** The files of body.attachments that are still there, in their order. */
  files: Attachment[];
  savedAt: Time;
  version: number;
  /** Of the conversation that body.beside names. */
  number?: number;
}

export interface CustomerAddress {
  id: number;
  kind: "email" | "phone" | "post" | "other";
  value: string;
  label?: string;
  verifiedAt?: Time;
  bounced?: boolean;
}

/** The company that customers belong to. */
export interface Organisation {
  id: number;
  name: string;
  note?: string;
  domains: string[];
  /** Whether its people may be told of each other's conversations. */
  shared: boolean;
  people: number;
  fields: FieldValues;
  createdAt: Time;
  version: number;
}

/** When somebody likes to be reached, by the clock of his zone. */
export interface ContactHours {
  from: string;
  to: string;
  /** 1 Monday to 7 Sunday; none for every day. */
  days: number[];
}

/** Somebody to whom a mail can be addressed: a customer or a colleague. */
export interface Correspondent {
  name: string;
  address: string;
  customer?: number;
  agent?: number;
  bounced?: boolean;
}

export interface Customer {
  id: number;
  name: string;
  language?: string;
  timeZone?: string;
  organisation?: string;
  organisationId?: number;
  note?: string;
  warnings: string[];
  /** YYYY-MM-DD, or --MM-DD where the year is not known. */
  birthday?: string;
  prefers?: "email" | "phone" | "letter";
  hours?: ContactHours;
  addresses: CustomerAddress[];
  fields: FieldValues;
  createdAt: Time;
  version: number;
}

export interface Link {
  conversation: number;
  number: number;
  subject: string;
  status: Status;
  kind:
    | "follows"
    | "followed_by"
    | "split"
    | "split_from"
    | "related"
    | "parent"
    | "child"
    | "problem"
    | "incident"
    | "side"
    | "side_of"
    | "forward"
    | "forward_of";
  customerName: string;
  assignee?: number;
  lastAt: string | null;
  unread: boolean;
}

/** What was merged into a conversation. */
export interface MergeRecord {
  id: number;
  at: string | null;
  agent: number;
  conversations: number[];
  numbers: number[];
}

/** The answer to a merge. */
export interface Merged {
  merge: MergeRecord;
  conversation: Conversation;
}

/** An incident with what an answer to its problem would say there. */
export interface Incident {
  conversation: Conversation;
  to: NamedAddress[];
  html: string;
  missing: string[];
  /** The customer's, where it is known. */
  language?: string;
}

export interface Recipients {
  to: NamedAddress[];
  cc: NamedAddress[];
}

export interface Timeline {
  messages: Message[];
  activities: DeskEvent[];
  /** There are older messages: ask with this. Absent at the beginning. */
  before?: number;
}

/** An open conversation with all that its screen needs. */
/** A draft that a colleague was asked to check before it is sent. */
export interface DraftReview {
  author: number;
  reviewer: number;
  state: "asked" | "approved" | "returned";
  /** The reviewer's own text in its place. */
  html?: string;
  askedAt: Time;
  answeredAt?: Time;
  /** The draft was changed after the answer. */
  changed?: boolean;
  draft: Draft;
}

export interface Opened {
  conversation: Conversation;
  participants: Participant[];
  followers: number[];
  access: number[];
  timeline: Timeline;
  links: Link[];
  merges: MergeRecord[];
  draft?: Draft | null;
  reviews: DraftReview[];
  earlier: Conversation[];
  customer: Customer;
  replyTo: Recipients;
  replyAllTo: Recipients;
}

export interface Agent {
  id: number;
  name: string;
  email: string;
  role: Role;
  language: string;
  timeZone: string;
  answers: string[];
  active: boolean;
  invited?: boolean;
  teams: number[];
  twoFactor: boolean;
  seenAt?: Time;
  createdAt: Time;
  version: number;
}

export interface Profile extends Agent {
  signature: string;
  permissions: Permission[];
  passkeys: number;
  totp: boolean;
  theme: "system" | "light" | "dark";
}

export type Team = components["schemas"]["Team"];

/** What the desk reads of an inbox; settings read all of it. */
export interface Inbox {
  id: number;
  kind: "email";
  name: string;
  address: string;
  aliases: string[];
  fromName?: string;
  language: string;
  signature?: string;
  team?: number;
  teams: number[];
  answerWithin: number;
  active: boolean;
  version: number;
}

export interface ViewCount {
  id: string;
  count: number;
  capped?: boolean;
}

export interface Page<T> {
  items: T[];
  next?: string;
}

export interface Found {
  conversations: Conversation[];
  customers: Customer[];
}

/** A conversation that full text found, by its best or newest message; marks count as strings do. */
export interface SearchHit {
  conversation: Conversation;
  message: number;
  at: string | null;
  where: "subject" | "message" | "note" | "file" | "customer" | "filter";
  /** The attachment in whose name or text it was found. */
  file?: string;
  snippet: string;
  marks: { start: number; end: number }[];
  subject: { start: number; end: number }[];
  customer: { start: number; end: number }[];
}

export interface SearchPage {
  items: SearchHit[];
  /** Who and what answers a query without filters, on its first page. */
  customers: Customer[];
  purchases: components["schemas"]["Purchase"][];
  moreCustomers?: boolean;
  morePurchases?: boolean;
  next?: string;
  /** The index is being made anew: older messages are still missing. */
  filling?: boolean;
  /** While filling: how much of what was there the index holds, in percent. */
  filled?: number;
  /** How many messages were found; at least so many where there are more. */
  messages: number;
  more?: boolean;
  /** The items are the best of the newest messages that fit: older ones are reached by the newest first. */
  newestOnly?: boolean;
}

/** A piece of a message's text, in bytes of UTF-8 as the server counts. */
export interface Span {
  start: number;
  end: number;
  kind?: string;
}

export interface ServerStatus {
  /** True while no administrator exists. */
  setup: boolean;
  version: string;
  name: string;
  languages: string[];
}

export interface ConversationPatch {
  status?: Status;
  priority?: number;
  /** 0 for nobody. */
  assignee?: number;
  team?: number;
  subject?: string;
  /** 0 for none. */
  type?: number;
  /** By id; null takes one away. */
  fields?: FieldValues;
  addTags?: number[];
  removeTags?: number[];
  snoozedUntil?: string;
  /** Snooze until somebody writes. */
  await?: boolean;
  /** Snooze until this happens, at the latest until snoozedUntil, else for 14 days. */
  wakeOn?: WakeOn;
  /** Ends the snooze now. */
  wake?: boolean;
  spam?: boolean;
  trashed?: boolean;
}

export interface ReplyBody {
  html: string;
  to: NamedAddress[];
  cc: NamedAddress[];
  bcc: NamedAddress[];
  attachments: number[];
  /** The newest message that the agent has seen. */
  seen: number;
  anyway?: boolean;
  then: "keep" | "waiting" | "resolve";
  quote?: boolean;
  /** The colleague whose draft is sent for him. */
  draftOf?: number;
  sendAt?: string;
  snooze?: string;
  await?: boolean;
  wakeOn?: WakeOn;
}

/** An answer that was taken back, with what could not be taken back with it. */
export interface TakenBack extends Draft {
  noteStays?: boolean;
  actionsStay?: boolean;
}

/** One's own mail that waits for its time. */
export interface Scheduled {
  message: number;
  conversation: number;
  number: number;
  subject: string;
  to: NamedAddress[];
  preview: string;
  sendAt: string;
  held?: boolean;
}
