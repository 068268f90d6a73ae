// Answers the API from memory while the screens are worked on. Never part of the product's build.
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Connect, Plugin } from "vite";
import { WebSocketServer } from "ws";
import type { Attachment } from "../src/api/types";
import { desk, files, me, ofMessage, Refused, sockets, tell } from "./held";
import { routes } from "./routes";

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
