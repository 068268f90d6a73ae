import { useSyncExternalStore } from "react";
import { call } from "../api/client";
import { isProblem } from "../api/problem";
import type { Message, ReplyBody } from "../api/types";
import { own, store, stored } from "../parts/stored";

/** A reply or note that waits for the connection. Its key makes sending it twice harmless. */
export interface Unsent {
  key: string;
  conversation: number;
  number: number;
  kind: "replies" | "notes";
  body: Partial<ReplyBody> & { mentions?: number[] };
  at: string;
  /** The newest message that was known before it was sent for the first time: the server may have it though its answer was lost. */
  after?: number;
}

const nothing: Unsent[] = [];
// By the place it is kept at, which is another one for each agent who signs in here.
const boxes = new Map<string, Unsent[]>();
const listeners = new Set<() => void>();

function waiting(): Unsent[] {
  const place = own("tellus-outbox");
  const box = boxes.get(place) ?? stored(place, nothing);
  boxes.set(place, box);
  return box;
}

function change(next: Unsent[]) {
  const place = own("tellus-outbox");
  boxes.set(place, next);
  store(place, next.length > 0 ? next : undefined);
  for (const listener of listeners) listener();
}

/** What waits for the connection, oldest first. */
export function useOutbox(): Unsent[] {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, waiting);
}

export function keepForLater(unsent: Unsent) {
  change([...waiting(), unsent]);
}

export function takeBack(key: string): Unsent | undefined {
  const found = waiting().find((u) => u.key === key);
  change(waiting().filter((u) => u.key !== key));
  return found;
}

let flushing = false;

/** What of the conversation waits does not hide its newer messages any more: the server answered, and it may be long until it takes this. */
function unhide(conversation: number) {
  change(waiting().map((u) => (u.conversation === conversation ? { ...u, after: undefined } : u)));
}

/**
 * Sends what waits, in the order of each conversation. It stops where the server cannot be reached; what it fails at waits with all that was written after it in the same
 * conversation, and the others are sent. One that it refuses goes to refused, which gives it back to its writer.
 */
export async function flush(sent: (u: Unsent, m: Message) => void, refused: (u: Unsent, err: unknown) => void) {
  if (flushing) return;
  flushing = true;
  try {
    const failing = new Set<number>();
    const first = () => waiting().find((u) => !failing.has(u.conversation));
    for (let next = first(); next; next = first()) {
      try {
        const m = await call<Message>("POST", `/conversations/${next.conversation}/${next.kind}`, {
          body: next.body,
          idempotencyKey: next.key,
        });
        takeBack(next.key);
        sent(next, m);
      } catch (err) {
        if (isProblem(err) && err.status === 0) return;
        if (isProblem(err) && err.status >= 500) {
          failing.add(next.conversation);
          unhide(next.conversation);
          continue;
        }
        takeBack(next.key);
        refused(next, err);
      }
    }
  } finally {
    flushing = false;
  }
}
