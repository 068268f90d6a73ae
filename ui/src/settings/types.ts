// Bodies of the API that only settings read, after the Go package internal/desk and the operations of internal/web/api.
import type { Actor, Inbox, Permission, Role, Time } from "../api/types";

export type Security = "" | "tls" | "starttls" | "none";
export type Provider = "google" | "microsoft";

export interface Receive {
  method: "imap" | "smtp" | "none";
  host?: string;
  port?: number;
  security?: Security;
  user?: string;
  folder?: string;
  auth?: "" | "password" | Provider;
  /** The server keeps a password or grant. */
  hasSecret?: boolean;
  /** Which of the mail that lies in the mailbox at first is taken; all of it where empty. */
  begin?: "" | "all" | "now" | "date";
  since?: string | null;
}

export interface Submit {
  host?: string;
  port?: number;
  security?: Security;
  user?: string;
  auth?: "" | "none" | "password" | Provider;
  hasSecret?: boolean;
}

export interface WholeInbox extends Inbox {
  acknowledge: boolean;
  acknowledgeText?: Record<string, string>;
  reopen: "always" | "never" | "within";
  reopenDays: number;
  replyToken: boolean;
  receive: Receive;
  submit: Submit;
}

/** An inbox as it is written. A secret that is absent stays as it is. */
export interface InboxEdit extends Omit<WholeInbox, "id" | "version"> {
  id?: number;
  version?: number;
  receiveSecret?: string;
  submitSecret?: string;
}

export type Asked = "off" | "optional" | "required";

/** The contact form of an inbox. Its key is empty before it was first saved. */
export interface WebForm {
  inbox?: number;
  key?: string;
  active: boolean;
  name: Asked;
  subject: Asked;
  files: boolean;
  origins: string[];
  greeting: Record<string, string>;
  accent: string;
  privacy: string;
  version: number;
}

/** A failure: empty where there is none. */
export interface Trouble {
  code?: string;
  /** What the other side said. */
  detail?: string;
  at?: Time;
}

export interface Health {
  inbox: number;
  state: "ok" | "connecting" | "failing" | "off";
  lastContact?: Time;
  lastMail?: Time;
  backlog: number;
  problem: Trouble;
  nextTry?: Time;
  outgoing: "ok" | "failing" | "off";
  /** Messages queued to be sent. */
  waiting: number;
  outProblem: Trouble;
}

export interface Session {
  id: number;
  device: string;
  ip: string;
  createdAt: Time;
  seenAt: Time;
  current: boolean;
}

export interface Passkey {
  id: number;
  name: string;
  createdAt: Time;
  seenAt?: Time;
}

export interface Token {
  id: number;
  name: string;
  agent: number;
  scopes: Permission[];
  prefix: string;
  createdAt: Time;
  seenAt?: Time;
  expiresAt?: Time;
}

export interface AuditEntry {
  id: number;
  at: Time;
  by: Actor;
  action: string;
  /** "inbox:3" */
  subject?: string;
  ip?: string;
  device?: string;
  detail?: string;
  changes?: FieldChange[];
}

/** A field that a change gave another value; of secrets only that they were replaced. */
export interface FieldChange {
  field: string;
  old?: unknown;
  new?: unknown;
  replaced?: boolean;
}

/** How far the search index is: how much it holds, in percent, and how old the oldest event is that it does not know, in seconds. */
export interface SearchProgress {
  filled: number;
  behind: number;
}

export interface DeadJob {
  id: number;
  kind: string;
  queue: string;
  payload?: unknown;
  attempts: number;
  lastError: string;
  /** What it was about, as far as the reader sees that. */
  conversation?: number;
  number?: number;
  inbox?: number;
  createdAt: Time;
  diedAt: Time;
}

export interface HouseSettings {
  company: string;
  url: string;
  /** ISO 3166-1; absent where the company did not say. */
  country?: string;
  receiver: { listen: string; hostname: string; maxBytes: number };
  undoSeconds: number;
  scanner: string;
  version: number;
  /** What holds where the settings say nothing. */
  effective?: { url: string; hostname: string };
}

export interface RoleRow {
  role: Role;
  permissions: Permission[];
}
