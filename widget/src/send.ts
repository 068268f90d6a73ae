import type { Answer, Config, Written } from "./config";

/** A message that was written faster than a person writes is sent again by itself after this time. */
const patience = 3500;

/**
 * Sends a message. It never throws: a server that cannot be reached is the notice "offline". The same message with the same ticket counts once, so that sending
 * again is safe. Where the server asks for patience or gives a fresh ticket, it is sent a second time by itself.
 */
export async function send(w: Written, config: Config, page: string, trap: string): Promise<Answer> {
  const first = await post(w, config, config.ticket, page, trap);
  if (first.ticket) config.ticket = first.ticket;
  if (!first.ticket || (first.notice !== "soon" && first.notice !== "stale")) return first;
  await new Promise((done) => setTimeout(done, patience));
  const second = await post(w, config, config.ticket, page, trap);
  if (second.ticket) config.ticket = second.ticket;
  return second;
}

async function post(w: Written, config: Config, ticket: string, page: string, trap: string): Promise<Answer> {
  const body = new FormData();
  for (const field of ["name", "email", "subject", "message"] as const) body.set(field, w[field]);
  body.set(config.trap, trap);
  body.set("ticket", ticket);
  body.set("page", page);
  for (const file of w.files) body.append("files", file, file.name);
  try {
    const res = await fetch(config.action, { method: "POST", body, headers: { Accept: "application/json" } });
    if (res.headers.get("Content-Type")?.startsWith("application/json")) return (await res.json()) as Answer;
    return { notice: res.status === 413 ? "faults" : "failed" };
  } catch {
    return { notice: "offline" };
  }
}

/** A fresh ticket for another message; the old one where there is none to be had. */
export async function freshTicket(config: Config): Promise<string> {
  try {
    const res = await fetch(`${config.home}/ticket`);
    return ((await res.json()) as Answer).ticket ?? config.ticket;
  } catch {
    return config.ticket;
  }
}
