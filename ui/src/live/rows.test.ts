import { QueryClient } from "@tanstack/react-query";
import { describe, expect, it } from "vitest";
import type { Conversation } from "../api/types";
import { belongs, compare, shelf } from "./membership";
import { applyGone, applyRow, applyTo, type Rows, without, withRow } from "./rows";

const me = 7;
const at = (minute: number) => new Date(Date.UTC(2026, 10, 22, 8, minute)).toISOString();

function row(id: number, more: Partial<Conversation> = {}): Conversation {
  return {
    id,
    number: 100 + id,
    subject: `s${id}`,
    status: "open",
    priority: 1,
    channel: "email",
    inbox: 1,
    customer: 1,
    customerName: "Zane",
    address: "zane@example.lv",
    tags: [],
    fields: {},
    preview: "",
    previewBy: "customer",
    messages: 1,
    attachments: false,
    createdAt: at(0),
    lastAt: at(id),
    dueAt: at(id),
    unread: false,
    version: 1,
    ...more,
  };
}

const rows = (pages: Conversation[][], next?: string): Rows => ({
  pages: pages.map((items, i) => ({ items, next: i === pages.length - 1 ? next : `p${i}` })),
  pageParams: pages.map((_, i) => (i ? `p${i - 1}` : "")),
});
const ids = (r: Rows) => r.pages.map((p) => p.items.map((c) => c.id));

describe("shelf", () => {
  it("puts trash before spam before finished before snoozed", () => {
    const all = { trashedAt: at(1), spam: true, status: "resolved", snoozedUntil: at(9) } as const;
    expect(shelf(row(1, all))).toBe("trash");
    expect(shelf(row(1, { ...all, trashedAt: null }))).toBe("spam");
    expect(shelf(row(1, { ...all, trashedAt: null, spam: false }))).toBe("finished");
    expect(shelf(row(1, { snoozedUntil: at(9) }))).toBe("snoozed");
    expect(shelf(row(1))).toBe("active");
  });
});

describe("belongs", () => {
  it("knows whose a conversation is", () => {
    expect(belongs("mine", row(1, { assignee: me }), me)).toBe(true);
    expect(belongs("mine", row(1, { assignee: 8 }), me)).toBe(false);
    expect(belongs("unassigned", row(1), me)).toBe(true);
    expect(belongs("inbox:1", row(1), me)).toBe(true);
    expect(belongs("team:2", row(1, { team: 3 }), me)).toBe(false);
    expect(belongs("all", row(1, { snoozedUntil: at(9) }), me)).toBe(false);
  });
  it("leaves mentions to the server, except for the trash", () => {
    expect(belongs("mentions", row(1), me)).toBeUndefined();
    expect(belongs("mentions", row(1, { trashedAt: at(1) }), me)).toBe(false);
  });
});

describe("compare", () => {
  it("puts what owes no answer last when due comes first", () => {
    const sorted = [row(3, { dueAt: null }), row(2), row(1)].sort((a, b) => compare("due", a, b));
    expect(sorted.map((c) => c.id)).toEqual([1, 2, 3]);
  });
});

describe("withRow", () => {
  it("moves a changed row to its new place, across pages", () => {
    const list = rows([
      [row(1), row(2)],
      [row(3), row(4)],
    ]);
    expect(ids(withRow(list, row(4, { dueAt: at(0) }), "due"))).toEqual([[4, 1, 2], [3]]);
  });
  it("leaves a row where it was that sorts as before, or by what only the server knows", () => {
    const list = rows([[row(1), row(2)], [row(3)]], "more");
    const next = withRow(list, row(2, { subject: "other" }), "due");
    expect(ids(next)).toEqual([[1, 2], [3]]);
    expect(next.pages[0]?.items[1]?.subject).toBe("other");
    expect(next.pages[1]).toBe(list.pages[1]);
    expect(ids(withRow(list, row(1, { subject: "other" }), "by:field:7"))).toEqual([[1, 2], [3]]);
  });
  it("leaves out what sorts behind the last loaded row while the server has more", () => {
    expect(ids(withRow(rows([[row(1), row(2)]], "more"), row(9), "due"))).toEqual([[1, 2]]);
    expect(ids(withRow(rows([[row(1), row(2)]]), row(9), "due"))).toEqual([[1, 2, 9]]);
  });
  it("fills an empty list", () => {
    expect(ids(withRow(rows([[]]), row(1), "newest"))).toEqual([[1]]);
  });
  it("keeps the object where nothing changes", () => {
    const list = rows([[row(1)]]);
    expect(without(list, 5)).toBe(list);
  });
});

describe("applyRow", () => {
  it("takes a row from the list it leaves to the list it enters", () => {
    const client = new QueryClient();
    client.setQueryData(["list", "unassigned", "due"], rows([[row(1), row(2)]]));
    client.setQueryData(["list", "mine", "due"], rows([[]]));
    applyRow(client, row(1, { assignee: me, version: 2 }), me);
    expect(ids(client.getQueryData<Rows>(["list", "unassigned", "due"])!)).toEqual([[2]]);
    expect(ids(client.getQueryData<Rows>(["list", "mine", "due"])!)).toEqual([[1]]);
  });
  it("ignores what is older than what is shown", () => {
    const client = new QueryClient();
    client.setQueryData(["list", "all", "due"], rows([[row(1, { version: 5, subject: "new" })]]));
    applyRow(client, row(1, { version: 4, subject: "old" }), me);
    expect(client.getQueryData<Rows>(["list", "all", "due"])!.pages[0]!.items[0]!.subject).toBe("new");
  });
  it("puts into a view, and takes out, what an event says of the row", () => {
    const client = new QueryClient();
    const key = ["list", "following", "due"];
    client.setQueryData(key, rows([[row(2)]]));
    applyTo(client, "following", row(1), true);
    expect(ids(client.getQueryData<Rows>(key)!)).toEqual([[1, 2]]);
    applyTo(client, "following", row(2), false);
    expect(ids(client.getQueryData<Rows>(key)!)).toEqual([[1]]);
  });
  it("forgets what may no longer be seen", () => {
    const client = new QueryClient();
    client.setQueryData(["list", "all", "due"], rows([[row(1), row(2)]]));
    applyGone(client, 1);
    expect(ids(client.getQueryData<Rows>(["list", "all", "due"])!)).toEqual([[2]]);
  });
});
