// Answers the API from memory while the screens are worked on. Never part of the product's build.
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Connect, Plugin } from "vite";
import { type WebSocket, WebSocketServer } from "ws";
import type {
  Attachment,
  Conversation,
  ConversationPatch,
  DraftBody,
  Message,
  Opened,
  ReplyBody,
  Sort,
} from "../src/api/types";
import { belongs, compare } from "../src/live/membership";
import { at, type Held, happen, say, seed } from "./seed";

type Handler = (ctx: {
  parts: string[];
  query: URLSearchParams;
  body: Record<string, unknown>;
  res: ServerResponse;
}) => unknown;

const desk = seed(Number(process.env.TELLUS_MOCK_ROWS ?? 300));
const sockets = new Set<WebSocket>();
const files = new Map<number, Attachment>();
const me = desk.profile.id;

class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly details?: unknown,
  ) {
    super(code);
  }
}

const tell = (message: unknown) => {
  for (const s of sockets) s.send(JSON.stringify(message));
};
const viewIds = () => [
  ..."mine mentions following drafts snoozed unassigned all waiting finished spam trash".split(" "),
  ...desk.inboxes.map((i) => `inbox:${i.id}`),
  ...desk.teams.map((t) => `team:${t.id}`),
];
function inView(view: string, h: Held): boolean {
  if (view === "drafts") return h.draft !== null;
  if (view === "following") return h.followers.includes(me);
  if (view === "mentions") return h.messages.some((m) => m.mentions?.includes(me));
  return belongs(view, h.row, me) === true;
}
const counts = () =>
  viewIds().map((id) => {
    const n = desk.held.filter((h) => inView(id, h)).length;
    return { id, count: Math.min(n, 10_000), capped: n > 10_000 || undefined };
  });

function changed(h: Held, kind?: string, data?: Record<string, unknown>, by = { kind: "agent" as const, id: me }) {
  const event = kind ? [happen(desk, h, 0, kind, by, data)] : [];
  tell({ type: "row", seq: ++desk.seq, row: h.row, event });
  tell({ type: "counts", items: counts() });
}

function find(id: string | undefined): Held {
  const h = desk.held.find((x) => x.row.id === Number(id));
  if (!h) throw new Refused(404, "not_found");
  return h;
}
function ofMessage(id: string | undefined): [Held, Message] {
  for (const h of desk.held) {
    const m = h.messages.find((x) => x.id === Number(id));
    if (m) return [h, m];
  }
  throw new Refused(404, "not_found");
}

function opened(h: Held): Opened {
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
    draft: h.draft,
    earlier: desk.held
      .filter((x) => x.row.customer === h.row.customer && x !== h)
      .map((x) => x.row)
      .slice(0, 5),
    customer: desk.customers.find((c) => c.id === h.row.customer)!,
    replyTo: { to, cc: [] },
    replyAllTo: { to, cc: others },
  };
}

function change(h: Held, p: ConversationPatch & { version: number; wake?: boolean }): Conversation {
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

function send(h: Held, body: ReplyBody): Message {
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

const page = <T>(items: T[]) => ({ items });
const routes: [string, string, Handler][] = [
  ["GET", "/session", () => desk.profile],
  ["PATCH", "/profile", ({ body }) => Object.assign(desk.profile, body, { version: desk.profile.version + 1 })],
  ["GET", "/agents", () => page(desk.agents)],
  ["GET", "/teams", () => page(desk.teams)],
  ["GET", "/inboxes", () => page(desk.inboxes)],
  ["GET", "/tags", () => page(desk.tags)],
  ["GET", "/views", () => ({ items: counts() })],
  ["GET", "/drafts", () => page([])],
  ["POST", "/drafts", ({ body }) => ({ id: 99, body, files: [], savedAt: at(0), version: 1 })],
  ["PUT", "/drafts/:", ({ body }) => ({ id: 99, body, files: [], savedAt: at(0), version: 2 })],
  ["DELETE", "/drafts/:", () => undefined],
  [
    "GET",
    "/conversations",
    ({ query }) => {
      const view = query.get("view") ?? "mine";
      const rows = desk.held
        .filter((h) => inView(view, h))
        .map((h) => h.row)
        .sort((a, b) => compare((query.get("sort") ?? "due") as Sort, a, b));
      const from = Number(query.get("cursor") ?? 0);
      const items = rows.slice(from, from + 50);
      return { items, next: from + 50 < rows.length ? String(from + 50) : undefined };
    },
  ],
  [
    "POST",
    "/conversations",
    ({ body }) => {
      const h = desk.held[0]!;
      say(desk, h, { kind: "outgoing", agent: me, html: String(body.html), text: "…" });
      return opened(h);
    },
  ],
  ["POST", "/conversations/record", () => opened(desk.held[0]!)],
  [
    "GET",
    "/conversations/number/:",
    ({ parts }) => {
      const h = desk.held.find((x) => x.row.number === Number(parts[0]));
      if (!h) throw new Refused(404, "not_found");
      return opened(h);
    },
  ],
  ["PATCH", "/conversations/:", ({ parts, body }) => change(find(parts[0]), body as never)],
  ["POST", "/conversations/:/replies", ({ parts, body }) => send(find(parts[0]), body as never)],
  [
    "POST",
    "/conversations/:/notes",
    ({ parts, body }) => {
      const h = find(parts[0]);
      const html = String(body.html);
      const m = say(desk, h, {
        kind: "note",
        agent: me,
        html,
        text: html.replace(/<[^>]+>/g, " "),
        mentions: body.mentions as number[],
      });
      changed(h, "note.added");
      return m;
    },
  ],
  [
    "POST",
    "/conversations/:/records",
    ({ parts, body }) => {
      const h = find(parts[0]);
      const m = say(desk, h, {
        kind: "outgoing",
        agent: me,
        ...(body as object),
        text: String(body.html).replace(/<[^>]+>/g, " "),
      } as Partial<Message>);
      changed(h, "record.added");
      return m;
    },
  ],
  [
    "PUT",
    "/conversations/:/draft",
    ({ parts, body }) => {
      const h = find(parts[0]);
      h.draft = {
        id: h.row.id,
        conversation: h.row.id,
        body: body as unknown as DraftBody,
        files: [],
        savedAt: at(0),
        version: (h.draft?.version ?? 0) + 1,
      };
      return h.draft;
    },
  ],
  [
    "DELETE",
    "/conversations/:/draft",
    ({ parts }) => {
      find(parts[0]).draft = null;
    },
  ],
  [
    "PUT",
    "/conversations/:/read",
    ({ parts }) => {
      const h = find(parts[0]);
      if (h.row.unread) {
        h.row = { ...h.row, unread: false };
        changed(h);
      }
    },
  ],
  ["PUT", "/conversations/:/followers/:", ({ parts }) => void find(parts[0]).followers.push(Number(parts[1]))],
  [
    "DELETE",
    "/conversations/:/followers/:",
    ({ parts }) => {
      const h = find(parts[0]);
      h.followers = h.followers.filter((f) => f !== Number(parts[1]));
    },
  ],
  [
    "PUT",
    "/conversations/:/access",
    ({ parts, body }) => {
      const h = find(parts[0]);
      h.row = { ...h.row, restricted: body.restricted === true, version: h.row.version + 1 };
      changed(h, body.restricted ? "conversation.restricted" : "conversation.unrestricted");
    },
  ],
  [
    "POST",
    "/messages/:/cancel",
    ({ parts }) => {
      const [h, m] = ofMessage(parts[0]);
      h.messages = h.messages.filter((x) => x !== m);
      h.draft = {
        id: 1,
        conversation: h.row.id,
        body: { mode: "reply", html: m.html ?? "", to: m.to, cc: m.cc, bcc: m.bcc, attachments: [] },
        files: [],
        savedAt: at(0),
        version: 9,
      };
      h.row = { ...h.row, status: "open", version: h.row.version + 1 };
      changed(h, "message.cancelled");
      return h.draft;
    },
  ],
  [
    "POST",
    "/messages/:/retry",
    ({ parts }) => {
      const [h, m] = ofMessage(parts[0]);
      m.state = "queued";
      for (const d of m.deliveries ?? []) if (d.state !== "sent") d.state = "queued";
      changed(h, "message.queued");
      return m;
    },
  ],
  ["POST", "/messages/:/move", ({ parts }) => opened(ofMessage(parts[0])[0])],
  [
    "GET",
    "/messages/:/suggestions",
    ({ parts }) => {
      const i = ofMessage(parts[0])[1].text.indexOf("129 zł");
      return {
        items:
          i >= 0
            ? [
                {
                  start: Buffer.byteLength(ofMessage(parts[0])[1].text.slice(0, i)),
                  end: Buffer.byteLength(ofMessage(parts[0])[1].text.slice(0, i + 6)),
                  kind: "card",
                },
              ]
            : [],
      };
    },
  ],
  [
    "POST",
    "/messages/:/erase",
    ({ parts }) => {
      const [h, m] = ofMessage(parts[0]);
      Object.assign(m, { text: "", html: "", rich: false, folded: "", attachments: [], erasedAt: at(0) });
      changed(h, "message.erased");
      return m;
    },
  ],
  [
    "PATCH",
    "/customers/:",
    ({ parts, body }) => Object.assign(desk.customers.find((c) => c.id === Number(parts[0]))!, body),
  ],
  [
    "GET",
    "/search",
    ({ query }) => {
      const q = (query.get("q") ?? "").toLowerCase();
      return {
        conversations: desk.held
          .map((h) => h.row)
          .filter((r) => `${r.number} ${r.subject} ${r.customerName}`.toLowerCase().includes(q))
          .slice(0, 8),
        customers: desk.customers
          .filter((c) => `${c.name} ${c.addresses[0]?.value}`.toLowerCase().includes(q))
          .slice(0, 6),
      };
    },
  ],
  // For trying out: a customer writes again.
  [
    "POST",
    "/dev/incoming/:",
    ({ parts, body }) => {
      const h = find(parts[0]);
      say(desk, h, { kind: "incoming", text: String(body.text ?? "Czy korekta będzie dziś?"), raw: true });
      h.row = { ...h.row, unread: true };
      changed(h, "message.received", undefined, { kind: "customer", id: h.row.customer } as never);
    },
  ],
  [
    "POST",
    "/dev/presence/:",
    ({ parts, body }) => tell({ type: "presence", conversation: Number(parts[0]), agents: body.agents }),
  ],
];

const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mO8eft/PQAHWwLfzQWh0QAAAABJRU5ErkJggg==",
  "base64",
);

async function answer(req: IncomingMessage, res: ServerResponse, next: () => void) {
  const url = new URL(req.url ?? "/", "http://mock");
  if (!url.pathname.startsWith("/api/v1/")) return next();
  const path = url.pathname.slice("/api/v1".length);
  const json = (status: number, body: unknown) => {
    res.writeHead(body === undefined ? 204 : status, { "Content-Type": "application/json" });
    res.end(body === undefined ? undefined : JSON.stringify(body));
  };
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk as Buffer);
  const raw = Buffer.concat(chunks);
  if (/^\/messages\/\d+\/frame$/.test(path)) {
    const [, m] = ofMessage(path.split("/")[2]);
    const dark = url.searchParams.get("theme") === "dark";
    res.writeHead(200, {
      "Content-Type": "text/html; charset=utf-8",
      "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'",
    });
    res.end(
      `<!doctype html><style>html{font:15px/1.5 Inter,system-ui,sans-serif;color:${dark ? "#e8e6e1" : "#1f2421"}}body{margin:0}</style>${m.text.replace(/\n/g, "<br>").replace("129 zł", "<b>129 zł</b>").replace("99 zł", "<b>99 zł</b>")}${url.searchParams.get("folded") ? `<blockquote>${m.folded?.replace(/\n/g, "<br>")}</blockquote>` : ""}`,
    );
    return;
  }
  if (/^\/attachments\/\d+/.test(path) && req.method === "GET") {
    res.writeHead(200, { "Content-Type": "image/png" });
    res.end(png);
    return;
  }
  if (path === "/attachments") {
    const name = /filename="([^"]*)"/.exec(raw.toString("latin1"))?.[1] ?? "file";
    const id = 5000 + files.size;
    const file: Attachment = {
      id,
      name: Buffer.from(name, "latin1").toString("utf8"),
      type: /\.(png|jpe?g)$/.test(name) ? "image/png" : "application/pdf",
      size: raw.length,
      contentId: `${id}@desk`,
    };
    files.set(id, file);
    setTimeout(() => json(201, file), 400);
    return;
  }
  for (const [method, pattern, handler] of routes) {
    if (method !== req.method) continue;
    const match = new RegExp(`^${pattern.replace(/:/g, "([^/]+)")}$`).exec(path);
    if (!match) continue;
    try {
      const body = raw.length > 0 ? (JSON.parse(raw.toString("utf8")) as Record<string, unknown>) : {};
      return json(200, handler({ parts: match.slice(1), query: url.searchParams, body, res }));
    } catch (err) {
      if (err instanceof Refused)
        return json(err.status, { code: err.code, detail: err.code, details: err.details, errors: [] });
      return json(500, { code: "internal", detail: String(err), errors: [] });
    }
  }
  json(404, { code: "not_found", detail: `mock has no ${req.method} ${path}`, errors: [] });
}

function live(server: Server) {
  const sockets_ = new WebSocketServer({ noServer: true });
  server.on("upgrade", (req, socket, head) => {
    if (!req.url?.startsWith("/api/v1/live")) return;
    sockets_.handleUpgrade(req, socket, head, (ws) => {
      sockets.add(ws);
      ws.on("close", () => sockets.delete(ws));
      ws.send(JSON.stringify({ type: "hello", seq: desk.seq }));
      ws.on("message", (data) => {
        const said = JSON.parse(String(data)) as { type: string; conversation: number };
        if (said.type === "open" && said.conversation) {
          tell({
            type: "presence",
            conversation: said.conversation,
            agents: [
              { agent: me, typing: false },
              { agent: 2, typing: false },
            ],
          });
        }
      });
    });
  });
}

export function mockDesk(): Plugin {
  const serve = (server: { middlewares: Connect.Server; httpServer: unknown }) => {
    server.middlewares.use((req, res, next) => void answer(req, res, next));
    live(server.httpServer as Server);
  };
  return { name: "tellus-mock", configureServer: serve, configurePreviewServer: serve };
}
