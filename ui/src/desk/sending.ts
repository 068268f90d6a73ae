import { useSyncExternalStore } from "react";
import type { Message } from "../api/types";
import type { Unsent } from "./outbox";

/** What its writer has sent and the server has not confirmed: where he wrote it, or among what waits for the connection. */
export type Sending = Pick<Unsent, "conversation" | "kind" | "after">;

let all: readonly Sending[] = [];
const listeners = new Set<() => void>();

function change(next: readonly Sending[]) {
  all = next;
  for (const listener of listeners) listener();
}

/** Notes that something is on its way, until the result is called. */
export function beginSending(one: Sending): () => void {
  change([...all, one]);
  return () => change(all.filter((s) => s !== one));
}

/** What is on its way, into any conversation. */
export function useSending(): readonly Sending[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => all,
  );
}

/** Whether a message may be what is still shown as being sent: live word of it can come before the answer to whoever sent it. It is shown once that is over, not twice. */
export function isSending(m: Message, me: number, on: readonly Sending[]): boolean {
  return (
    m.authorKind === "agent" &&
    m.agent === me &&
    on.some(
      (s) => m.id > (s.after ?? Number.POSITIVE_INFINITY) && m.kind === (s.kind === "notes" ? "note" : "outgoing"),
    )
  );
}
