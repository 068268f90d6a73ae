// The mock's operations: method, path and what is answered.
import type { ServerResponse } from "node:http";
import type { DraftBody, Message, Sort } from "../src/api/types";
import { compare } from "../src/live/membership";
import { change, changed, counts, desk, find, inView, me, ofMessage, opened, page, Refused, send, tell } from "./held";
import { at, say } from "./seed";

type Handler = (ctx: {
  parts: string[];
  query: URLSearchParams;
  body: Record<string, unknown>;
  res: ServerResponse;
}) => unknown;

export const routes: [string, string, Handler][] = [
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
