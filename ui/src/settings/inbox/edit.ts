import type { InboxEdit, Receive, Submit, WholeInbox } from "../types";
import { type Preset, presetFor } from "./presets";

export const inboxLanguages = ["en", "lv", "lt", "pl", "ru", "uk", "et", "de"] as const;

/** A new inbox, with what most companies will want. */
export function emptyInbox(language: string): InboxEdit {
  return {
    kind: "email",
    name: "",
    address: "",
    aliases: [],
    fromName: "",
    language,
    signature: "",
    team: 0,
    teams: [],
    acknowledge: false,
    acknowledgeText: {},
    answerWithin: 24 * 60,
    reopen: "within",
    reopenDays: 14,
    replyToken: false,
    active: true,
    receive: {
      ...{ method: "imap", host: "", port: 993, security: "tls", user: "", folder: "", auth: "password" },
      begin: "now",
    },
    submit: { host: "", port: 465, security: "tls", user: "", auth: "password" },
  };
}

/** An inbox as a form holds it: what the server leaves out is there. */
export function editOf(inbox: WholeInbox): InboxEdit {
  const { id, version, kind, name, address, aliases, fromName, language, signature, team, teams } = inbox;
  return {
    ...{ id, version, kind, name, address, aliases, fromName: fromName ?? "", language, signature: signature ?? "" },
    team: team ?? 0,
    teams,
    acknowledge: inbox.acknowledge,
    acknowledgeText: inbox.acknowledgeText ?? {},
    answerWithin: inbox.answerWithin,
    reopen: inbox.reopen,
    reopenDays: inbox.reopenDays,
    replyToken: inbox.replyToken,
    active: inbox.active,
    receive: { host: "", port: 993, security: "tls", user: "", folder: "", auth: "password", ...inbox.receive },
    submit: { host: "", port: 465, security: "tls", user: "", auth: "password", ...inbox.submit },
  };
}

/** What is sent: trimmed, without what belongs to another way of receiving, and without secrets that were not typed. */
export function bodyOf(edit: InboxEdit): InboxEdit {
  const receive: Receive = { ...edit.receive, host: edit.receive.host?.trim(), user: edit.receive.user?.trim() };
  delete receive.hasSecret;
  if (receive.begin !== "date" || !receive.since) delete receive.since;
  const submit: Submit = { ...edit.submit, host: edit.submit.host?.trim(), user: edit.submit.user?.trim() };
  delete submit.hasSecret;
  const texts = Object.entries(edit.acknowledgeText ?? {}).filter(([, text]) => text.trim() !== "");
  const body: InboxEdit = {
    ...edit,
    name: edit.name.trim(),
    address: edit.address.trim(),
    aliases: edit.aliases.map((a) => a.trim()).filter(Boolean),
    fromName: edit.fromName?.trim(),
    acknowledgeText: Object.fromEntries(texts),
    receive,
    submit,
  };
  if (!body.receiveSecret) delete body.receiveSecret;
  if (!body.submitSecret) delete body.submitSecret;
  return body;
}

/** Fills both servers from a provider; the address becomes the user name where none was typed. */
export function fillFrom(preset: Preset, edit: InboxEdit): Partial<InboxEdit> {
  return {
    receive: {
      ...edit.receive,
      ...preset.receive,
      method: edit.receive.method === "none" ? "imap" : edit.receive.method,
      auth: preset.auth,
      user: edit.receive.user || edit.address,
    },
    submit: { ...edit.submit, ...preset.submit, auth: preset.auth, user: edit.submit.user || edit.address },
  };
}

/** The address was typed: user names that were the old one follow, and a provider known by it fills what is empty. */
export function addressTyped(address: string, edit: InboxEdit): Partial<InboxEdit> {
  const follow = (user: string | undefined) => (!user || user === edit.address ? address : user);
  const next = {
    address,
    receive: { ...edit.receive, user: follow(edit.receive.user) },
    submit: { ...edit.submit, user: follow(edit.submit.user) },
  };
  const preset = presetFor(address);
  if (!preset || edit.receive.host || edit.submit.host) return next;
  return { address, ...fillFrom(preset, { ...edit, ...next }) };
}

/** Whether a secret typed for receiving is the one for sending too: most providers have one password for both. */
export function sharesSecret(edit: InboxEdit): boolean {
  return edit.receive.method === "imap" && edit.receive.auth === "password" && edit.submit.auth === "password";
}

/** Minutes as the largest whole unit. */
export function unitOf(minutes: number): { n: number; unit: "minutes" | "hours" } {
  return minutes !== 0 && minutes % 60 === 0 ? { n: minutes / 60, unit: "hours" } : { n: minutes, unit: "minutes" };
}

/** The day of a time where the reader is, as a date field holds it. */
export function dayOf(time: string | null | undefined): string {
  if (!time) return "";
  const d = new Date(time);
  const two = (n: number) => String(n).padStart(2, "0");
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}`;
}

/** When a day begins where the reader is; null for what is no day. */
export function startOf(day: string): string | null {
  const d = new Date(`${day}T00:00:00`);
  return Number.isNaN(d.getTime()) ? null : d.toISOString();
}

/** The beginning of the day a month ago, as a first proposal. */
export function monthAgo(): string | null {
  const d = new Date();
  d.setDate(d.getDate() - 30);
  return startOf(dayOf(d.toISOString()));
}
