import type { Conversation, Order } from "../api/types";

export type Shelf = "active" | "snoozed" | "finished" | "spam" | "trash";

/** Where lists find a conversation: trash before spam before finished before snoozed (internal/desk.ShelfOf). */
export function shelf(c: Conversation): Shelf {
  if (c.trashedAt) return "trash";
  if (c.spam) return "spam";
  if (c.status === "resolved" || c.status === "closed") return "finished";
  if (c.snoozedUntil || c.untilReply) return "snoozed";
  return "active";
}

/**
 * Whether a row belongs to a view. Views that hang on more than the row says (mentions, following, drafts) answer undefined where it
 * may: it stays if it was there, and what is told beside it adds it.
 */
export function belongs(view: string, c: Conversation, me: number): boolean | undefined {
  const on = shelf(c);
  const active = on === "active";
  switch (view) {
    case "mine":
      return active && c.assignee === me;
    case "unassigned":
      return active && !c.assignee;
    case "all":
      return active;
    case "waiting":
      return active && c.status === "waiting";
    case "snoozed":
    case "finished":
    case "spam":
    case "trash":
      return on === view;
    case "mentions":
    case "following":
      return on === "trash" ? false : undefined;
  }
  const [kind, id] = view.split(":");
  if (kind === "inbox") return active && c.inbox === Number(id);
  if (kind === "team") return active && c.team === Number(id);
  return undefined;
}

const never = Number.MAX_SAFE_INTEGER;
const ms = (t: string | null | undefined, none: number) => (t ? Date.parse(t) : none);

const statuses = ["closed", "new", "open", "resolved", "waiting"];
const words = new Intl.Collator("en", { sensitivity: "base" });

/** What rows of a saved view are ordered by; undefined for what only the server knows. */
function keyOf(by: string, c: Conversation): number | string | undefined {
  switch (by) {
    case "due":
      return c.dueAt ? Date.parse(c.dueAt) : "";
    case "last":
      return ms(c.lastAt, 0);
    case "created":
      return ms(c.createdAt, 0);
    case "waiting":
      return c.waitingSince ? Date.parse(c.waitingSince) : "";
    case "snoozed":
      return c.snoozedUntil ? Date.parse(c.snoozedUntil) : "";
    case "priority":
      return c.priority;
    case "number":
      return c.number;
    case "messages":
      return c.messages;
    case "status":
      return statuses.indexOf(c.status);
    case "subject":
      return c.subject;
    case "customer.name":
      return c.customerName;
    case "customer.address":
      return c.address;
  }
  return undefined;
}

/** Orders rows by an attribute; what has none comes last, whichever way. Equal where only the server knows: a row then stays where it was. */
function compareBy(order: string, a: Conversation, b: Conversation): number {
  const down = order.startsWith("by:-");
  const by = order.slice(down ? 4 : 3);
  const [x, y] = [keyOf(by, a), keyOf(by, b)];
  if (x === undefined || y === undefined) return 0;
  if (x === "" || y === "") return x === y ? (a.id - b.id) * (down ? -1 : 1) : x === "" ? 1 : -1;
  const less = typeof x === "number" && typeof y === "number" ? x - y : words.compare(String(x), String(y));
  return (less || a.id - b.id) * (down ? -1 : 1);
}

/** Orders rows as the server's pages do; below zero where a comes first. */
export function compare(sort: Order, a: Conversation, b: Conversation): number {
  switch (sort) {
    case "due":
      return ms(a.dueAt, never) - ms(b.dueAt, never) || a.id - b.id;
    case "newest":
      return ms(b.lastAt, 0) - ms(a.lastAt, 0) || b.id - a.id;
    case "oldest":
      return ms(a.lastAt, 0) - ms(b.lastAt, 0) || a.id - b.id;
    default:
      return compareBy(sort, a, b);
  }
}
