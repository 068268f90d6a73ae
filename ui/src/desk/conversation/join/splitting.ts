import { useSyncExternalStore } from "react";

/** Which messages of a conversation are chosen to be split off; nothing while nobody splits. */
export interface Splitting {
  conversation: number;
  chosen: ReadonlySet<number>;
}

let now: Splitting | undefined;
const listeners = new Set<() => void>();

function change(next: Splitting | undefined) {
  now = next;
  for (const listener of listeners) listener();
}

export function useSplitting(conversation: number): Splitting | undefined {
  const splitting = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => now,
  );
  return splitting?.conversation === conversation ? splitting : undefined;
}

export const beginSplit = (conversation: number) => change({ conversation, chosen: new Set() });

export const endSplit = () => now && change(undefined);

/** Chooses a message, or not any more. */
export function chooseMessage(id: number) {
  if (!now) return;
  const chosen = new Set(now.chosen);
  if (!chosen.delete(id)) chosen.add(id);
  change({ ...now, chosen });
}
