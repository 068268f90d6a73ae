import { useSyncExternalStore } from "react";
import { Problem } from "../../api/problem";
import type { Conversation, ConversationPatch, FieldValues } from "../../api/types";

/** A conversation that could not be resolved, and how to try again. */
export interface Asked {
  row: Conversation;
  resolve: (change: ConversationPatch) => Promise<boolean>;
  /** An answer goes out together with it. */
  sends?: boolean;
  /** What is set together with it anyway, by a macro for instance. */
  set?: FieldValues;
}

let asked: Asked | undefined;
const listeners = new Set<() => void>();

function set(next: Asked | undefined) {
  asked = next;
  for (const listener of listeners) listener();
}

/** Whether the server asks for fields or ticks before it resolves. */
export function lacks(err: unknown): boolean {
  if (!(err instanceof Problem)) return false;
  const reasons = [err.reason, ...err.errors.map((e) => e.reason)];
  return reasons.includes("fields_missing") || reasons.includes("checks_open");
}

/** Opens the sheet that asks for what is missing. */
export const askForMissing = (what: Asked) => set(what);
export const stopAsking = () => set(undefined);

export function useAsked(): Asked | undefined {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => asked,
  );
}
