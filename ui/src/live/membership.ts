import type { Conversation, Sort } from "../api/types";

export type Shelf = "active" | "snoozed" | "finished" | "spam" | "trash";

/** Where lists find a conversation: trash before spam before finished before snoozed (internal/desk.ShelfOf). */
export function shelf(c: Conversation): Shelf {
  if (c.trashedAt) return "trash";
  if (c.spam) return "spam";
  if (c.status === "resolved" || c.status === "closed") return "finished";
  if (c.snoozedUntil) return "snoozed";
  return "active";
}

/**
 * Whether a row belongs to a view. Views that hang on more than the row says (mentions, following, drafts) answer undefined for an
 * active row: it stays if it was there, and only the server adds it.
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
    case "drafts":
      return on === "trash" || on === "spam" ? false : undefined;
  }
  const [kind, id] = view.split(":");
  if (kind === "inbox") return active && c.inbox === Number(id);
  if (kind === "team") return active && c.team === Number(id);
  return undefined;
}

const never = Number.MAX_SAFE_INTEGER;
const ms = (t: string | null | undefined, none: number) => (t ? Date.parse(t) : none);

/** Orders rows as the server's pages do; below zero where a comes first. */
export function compare(sort: Sort, a: Conversation, b: Conversation): number {
  switch (sort) {
    case "due":
      return ms(a.dueAt, never) - ms(b.dueAt, never) || a.id - b.id;
    case "newest":
      return ms(b.lastAt, 0) - ms(a.lastAt, 0) || b.id - a.id;
    case "oldest":
      return ms(a.lastAt, 0) - ms(b.lastAt, 0) || a.id - b.id;
  }
}
