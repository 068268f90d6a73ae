// What the mock desk holds, and what happens to it: rows change, answers go out, windows are told.
import type { WebSocket } from "ws";
import type { Attachment, Conversation, ConversationPatch, Message, Opened, ReplyBody } from "../src/api/types";
import { belongs } from "../src/live/membership";
import { at, type Held, happen, say, seed } from "./seed";

export const desk = seed(Number(process.env.TELLUS_MOCK_ROWS ?? 300));
export const sockets = new Set<WebSocket>();
export const files = new Map<number, Attachment>();
export const me = desk.profile.id;

export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly details?: unknown,
  ) {
    super(code);
  }
}

export const tell = (message: unknown) => {
  for (const s of sockets) s.send(JSON.stringify(message));
};
export const viewIds = () => [
  ..."mine mentions following drafts snoozed unassigned all waiting finished spam trash".split(" "),
  ...desk.inboxes.map((i) => `inbox:${i.id}`),
  ...desk.teams.map((t) => `team:${t.id}`),
];
export function inView(view: string, h: Held): boolean {
  if (view === "drafts") return h.draft !== null;
  if (view === "following") return h.followers.includes(me);
  if (view === "mentions") return h.messages.some((m) => m.mentions?.includes(me));
  return belongs(view, h.row, me) === true;
}
export const counts = () =>
  viewIds().map((id) => {
    const n = desk.held.filter((h) => inView(id, h)).length;
    return { id, count: Math.min(n, 10_000), capped: n > 10_000 || undefined };
  });

export function changed(
  h: Held,
  kind?: string,
  data?: Record<string, unknown>,
  by = { kind: "agent" as const, id: me },
) {
  const event = kind ? [happen(desk, h, 0, kind, by, data)] : [];
  tell({ type: "row", seq: ++desk.seq, row: h.row, event });
  tell({ type: "counts", items: counts() });
}

export function find(id: string | undefined): Held {
  const h = desk.held.find((x) => x.row.id === Number(id));
  if (!h) throw new Refused(404, "not_found");
  return h;
}
export function ofMessage(id: string | undefined): [Held, Message] {
  for (const h of desk.held) {
    const m = h.messages.find((x) => x.id === Number(id));
    if (m) return [h, m];
  }
  throw new Refused(404, "not_found");
}

export function opened(h: Held): Opened {
  const others = h.participants
    .filter((p) => p.role !== "requester")
    .map((p) => ({ name: p.name, address: p.address }));
  const to = h.row.address.includes("@") ? [{ name: h.row.customerName, address: h.row.address }] : [];
  return {
    conversation: h.row,
    participants: h.participants,
    followers: h.followers,
    access: [],
    timeline: { messages: h.messages, activities: h.activities },
    links: [],
    merges: [],
    draft: h.draft,
    reviews: [],
    earlier: desk.held
      .filter((x) => x.row.customer === h.row.customer && x !== h)
      .map((x) => x.row)
      .slice(0, 5),
    customer: desk.customers.find((c) => c.id === h.row.customer)!,
    replyTo: { to, cc: [] },
    replyAllTo: { to, cc: others },
  };
}

export function change(h: Held, p: ConversationPatch & { version: number; wake?: boolean }): Conversation {
  if (p.version !== h.row.version)
    throw new Refused(409, "conflict", { current: h.row, changed: h.activities.slice(-1) });
  const row = { ...h.row, version: h.row.version + 1 };
  const was = h.row;
  h.row = row;
  const said: [string, Record<string, unknown>?][] = [];
  if (p.status && p.status !== was.status) {
    row.status = p.status;
    said.push(["status.changed", { from: was.status, to: p.status }]);
  }
  if (p.priority !== undefined) {
    row.priority = p.priority;
    said.push(["priority.changed", { from: was.priority, to: p.priority }]);
  }
  if (p.assignee !== undefined) {
    row.assignee = p.assignee || undefined;
    said.push(["assignee.changed", { from: was.assignee ?? 0, to: p.assignee }]);
  }
  if (p.team !== undefined) {
    row.team = p.team || undefined;
    said.push(["team.changed", { from: was.team ?? 0, to: p.team }]);
  }
  if (p.subject !== undefined) {
    row.subject = p.subject;
    said.push(["subject.changed"]);
  }
  if (p.addTags?.length || p.removeTags?.length) {
    row.tags = [...row.tags.filter((t) => !p.removeTags?.includes(t)), ...(p.addTags ?? [])];
    for (const tag of p.addTags ?? []) said.push(["tag.added", { tag }]);
    for (const tag of p.removeTags ?? []) said.push(["tag.removed", { tag }]);
  }
  if (p.snoozedUntil) {
    row.snoozedUntil = p.snoozedUntil;
    said.push(["conversation.snoozed", { until: p.snoozedUntil }]);
  }
  if (p.wake) {
    row.snoozedUntil = null;
    said.push(["conversation.woken"]);
  }
  if (p.spam !== undefined) {
    row.spam = p.spam;
    said.push([p.spam ? "conversation.spam" : "conversation.not_spam"]);
  }
  if (p.trashed !== undefined) {
    row.trashedAt = p.trashed ? at(0) : null;
    said.push([p.trashed ? "conversation.trashed" : "conversation.restored"]);
  }
  const events = said.map(([kind, data]) => happen(desk, h, 0, kind, { kind: "agent", id: me }, data));
  tell({ type: "row", seq: ++desk.seq, row, event: events });
  tell({ type: "counts", items: counts() });
  return row;
}

export function send(h: Held, body: ReplyBody): Message {
  const newest = h.messages.filter((m) => m.kind === "incoming").at(-1);
  if (newest && newest.id > body.seen && !body.anyway) throw new Refused(409, "newer_message", { messages: [newest] });
  const m = say(desk, h, {
    kind: "outgoing",
    agent: me,
    text: body.html.replace(/<[^>]+>/g, " ").trim(),
    html: body.html,
    to: body.to,
    cc: body.cc,
    bcc: body.bcc,
    attachments: body.attachments.map((id) => files.get(id)!).filter(Boolean),
    state: "queued",
    deliveries: [...body.to, ...body.cc, ...body.bcc].map((a) => ({
      recipient: a.address,
      state: "queued",
      attempts: 0,
      nextTryAt: at(-0.15),
      updatedAt: at(0),
    })),
  });
  h.draft = null;
  if (body.then !== "keep") h.row.status = body.then === "resolve" ? "resolved" : "waiting";
  h.row.dueAt = null;
  changed(h, "message.queued");
  setTimeout(() => {
    if (m.state !== "queued") return;
    m.state = "sent";
    for (const d of m.deliveries ?? []) d.state = "sent";
    h.row.version++;
    changed(h, "message.sent");
  }, 9000);
  return m;
}

export const page = <T>(items: T[]) => ({ items });
