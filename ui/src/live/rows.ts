import type { InfiniteData, QueryClient } from "@tanstack/react-query";
import type { Conversation, Opened, Order, Page } from "../api/types";
import { type SavedView, savedId } from "../desk/views/saved";
import { belongs, compare } from "./membership";

export type Rows = InfiniteData<Page<Conversation>, string>;

/** Takes a row out, leaving pages that did not hold it as they were. */
export function without(rows: Rows, id: number): Rows {
  if (!rows.pages.some((p) => p.items.some((c) => c.id === id))) return rows;
  return { ...rows, pages: rows.pages.map((p) => ({ ...p, items: p.items.filter((c) => c.id !== id) })) };
}

/**
 * Puts a changed row where it belongs among those loaded. A row that sorts behind the last loaded one is left out where the server has more:
 * the page that holds it brings it.
 */
export function withRow(rows: Rows, row: Conversation, sort: Order): Rows {
  const taken = without(rows, row.id);
  const more = taken.pages.at(-1)?.next;
  for (const [at, page] of taken.pages.entries()) {
    const index = page.items.findIndex((c) => compare(sort, row, c) < 0);
    const lastPage = at === taken.pages.length - 1;
    if (index < 0 && !(lastPage && !more)) continue;
    const items = [...page.items];
    items.splice(index < 0 ? items.length : index, 0, row);
    return { ...taken, pages: taken.pages.map((p, i) => (i === at ? { ...p, items } : p)) };
  }
  return taken;
}

function has(rows: Rows, id: number): boolean {
  return rows.pages.some((p) => p.items.some((c) => c.id === id));
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
    const known = rows.pages.flatMap((p) => p.items).find((c) => c.id === row.id);
    if (known && known.version > row.version) continue;
    const stays = within(view) ?? has(rows, row.id);
    const next = stays ? withRow(rows, row, sort) : without(rows, row.id);
    if (next !== rows) client.setQueryData(key, next);
  }
  client.setQueryData<Opened>(["conversation", row.number], (opened) => {
    if (!opened || opened.conversation.version > row.version) return opened;
    return { ...opened, conversation: row };
  });
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
    const found = rows?.pages.flatMap((p) => p.items).find((c) => c.number === number);
    if (found) return found;
  }
  return undefined;
}
