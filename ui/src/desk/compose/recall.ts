import type { Attachment, NamedAddress } from "../../api/types";

/** Words that go back into the composer: a send that was undone, or one that the server refused. */
export interface Recalled {
  html: string;
  note: boolean;
  recipients?: { to?: NamedAddress[]; cc?: NamedAddress[]; bcc?: NamedAddress[] };
  files?: Attachment[];
}

const listeners = new Map<number, (back: Recalled) => void>();

/** Gives words back to the composer of a conversation; false where it is not open. */
export function recall(conversation: number, back: Recalled): boolean {
  const listener = listeners.get(conversation);
  listener?.(back);
  return listener !== undefined;
}

export function onRecall(conversation: number, listener: (back: Recalled) => void): () => void {
  listeners.set(conversation, listener);
  return () => {
    if (listeners.get(conversation) === listener) listeners.delete(conversation);
  };
}
