import type { InfiniteData, QueryClient } from "@tanstack/react-query";
import type { Conversation, Opened, Order, Page } from "../api/types";
import { type SavedView, savedId } from "../desk/views/saved";
import { belongs, compare } from "./membership";

export type Rows = InfiniteData<Page<Conversation>, string>;

/** Where a row stands among those loaded. */
function find(rows: Rows, id: number): { page: number; item: number; row: Conversation } | undefined {
  for (const [page, { items }] of rows.pages.entries()) {
    const item = items.findIndex((c) => c.id === id);
    if (item >= 0) return { page, item, row: items[item] as Conversation };
  }
  return undefined;
}

/** Takes rows out of one page and puts others there; every other page stays the object that it was, so that nothing looks through it again. */
function splice(rows: Rows, page: number, item: number, out: number, ...put: Conversation[]): Rows {
  const pages = rows.pages.slice();
  const old = pages[page] as Page<Conversation>;
  const items = old.items.slice();
  items.splice(item, out, ...put);
  pages[page] = { ...old, items };
  return { ...rows, pages };
}

/** Takes a row out, leaving pages that did not hold it as they were. */
export function without(rows: Rows, id: number): Rows {
  const at = find(rows, id);
  return at ? splice(rows, at.page, at.item, 1) : rows;
}

/**
 * Puts a changed row where it belongs among those loaded. A row that sorts as before, or by what only the server knows, stays where it was. One that
 * sorts behind the last loaded one is left out where the server has more: the page that holds it brings it.
 */
export function withRow(rows: Rows, row: Conversation, sort: Order): Rows {
  const was = find(rows, row.id);
  if (was && compare(sort, row, was.row) === 0) return splice(rows, was.page, was.item, 1, row);
  const taken = was ? without(rows, row.id) : rows;
  const more = taken.pages.at(-1)?.next;
  for (const [at, { items }] of taken.pages.entries()) {
    const last = items.at(-1);
    const lastPage = at === taken.pages.length - 1;
    // Pages are in order: one whose last row comes before this one is not looked through.
    const index = last && compare(sort, row, last) < 0 ? items.findIndex((c) => compare(sort, row, c) < 0) : -1;
    if (index < 0 && !(lastPage && !more)) continue;
    return splice(taken, at, index < 0 ? items.length : index, 0, row);
  }
  return taken;
}

function has(rows: Rows, id: number): boolean {
  return find(rows, id) !== undefined;
}

/** Brings a changed row into every list and the open conversation. Older versions than those shown are ignored. */
export function applyRow(client: QueryClient, row: Conversation, me: number, views: readonly number[] = []) {
  const saved = client.getQueryData<SavedView[]>(["saved-views"]);
  // What a saved view holds is told with the row, unless it looks through finished conversations or is still being filled.
  const within = (view: string) => {
    const id = savedId(view);
    if (id === undefined) return belongs(view, row, me);
    const known = saved?.find((v) => v.id === id);
    return known?.live && known.filling.done ? views.includes(id) : undefined;
  };
  for (const [key, rows] of client.getQueriesData<Rows>({ queryKey: ["list"] })) {
    if (!rows) continue;
    const [, view, sort] = key as [string, string, Order];
    const known = find(rows, row.id)?.row;
    if (known && known.version > row.version) continue;
    const stays = within(view) ?? known !== undefined;
    const next = stays ? withRow(rows, row, sort) : without(rows, row.id);
    if (next !== rows) client.setQueryData(key, next);
  }
  client.setQueryData<Opened>(["conversation", row.number], (opened) => {
    if (!opened || opened.conversation.version > row.version) return opened;
    return { ...opened, conversation: row };
  });
}

/** Puts a row into a view, or takes it out, where an event says what the row itself does not. */
export function applyTo(client: QueryClient, view: string, row: Conversation, stays: boolean) {
  for (const [key, rows] of client.getQueriesData<Rows>({ queryKey: ["list", view] })) {
    if (!rows) continue;
    const next = stays ? withRow(rows, row, key[2] as Order) : without(rows, row.id);
    if (next !== rows) client.setQueryData(key, next);
  }
}

/** Takes out of sight what the reader may no longer see. */
export function applyGone(client: QueryClient, id: number) {
  for (const [key, rows] of client.getQueriesData<Rows>({ queryKey: ["list"] })) {
    if (rows && has(rows, id)) client.setQueryData(key, without(rows, id));
  }
  for (const [key, opened] of client.getQueriesData<Opened>({ queryKey: ["conversation"] })) {
    if (opened?.conversation.id === id) client.invalidateQueries({ queryKey: key });
  }
}

/** Finds a row wherever it is known, to draw the first moment of a conversation from. */
export function knownRow(client: QueryClient, number: number): Conversation | undefined {
  for (const [, rows] of client.getQueriesData<Rows>({ queryKey: ["list"] })) {
    for (const page of rows?.pages ?? []) {
      const found = page.items.find((c) => c.number === number);
      if (found) return found;
    }
  }
  return undefined;
}
