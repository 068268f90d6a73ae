import { useSyncExternalStore } from "react";

/** What is chosen in a list: some of its rows, or all that belong to the view. */
export interface Picked {
  view: string;
  ids: ReadonlySet<number>;
  all: boolean;
}

const none: Picked = { view: "", ids: new Set(), all: false };
let picked = none;
let last = 0;
const listeners = new Set<() => void>();

function change(next: Picked) {
  picked = next;
  for (const listener of listeners) listener();
}

export function usePicked(view: string): Picked {
  const now = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => picked,
  );
  return now.view === view ? now : none;
}

/** Chooses a row or not; with range all between it and the one before. */
export function pick(view: string, rows: readonly { id: number }[], id: number, on: boolean, range: boolean) {
  const ids = new Set(picked.view === view ? picked.ids : []);
  const [from, to] = [rows.findIndex((r) => r.id === (range ? last : id)), rows.findIndex((r) => r.id === id)];
  for (const r of rows.slice(Math.min(from < 0 ? to : from, to), Math.max(from, to) + 1)) {
    if (on) ids.add(r.id);
    else ids.delete(r.id);
  }
  last = id;
  change({ view, ids, all: false });
}

export function pickPage(view: string, rows: readonly { id: number }[]) {
  change({ view, ids: new Set(rows.slice(0, 2000).map((r) => r.id)), all: false });
}

export function pickAll(view: string) {
  change({ view, ids: picked.view === view ? picked.ids : new Set(), all: true });
}

export function pickNone() {
  if (picked !== none) change(none);
}
