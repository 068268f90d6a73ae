import { useCallback, useState } from "react";
import type { Noticed } from "./notice";

/** What is promised together with an answer that is being written. */
export interface Promised {
  words: string;
  due: string;
}

// By conversation: what was noted down stays while one looks elsewhere.
const kept = new Map<number, Promised[]>();

/** The promises that go along with what the composer of a conversation holds. */
export function usePromised(conversation: number) {
  const [list, setList] = useState<Promised[]>(() => kept.get(conversation) ?? []);
  const set = useCallback(
    (next: Promised[]) => {
      kept.set(conversation, next);
      setList(next);
    },
    [conversation],
  );
  const add = useCallback(
    (n: Noticed) => set([...(kept.get(conversation) ?? []), { words: n.sentence.slice(0, 500), due: n.due }]),
    [conversation, set],
  );
  const remove = useCallback(
    (p: Promised) => set((kept.get(conversation) ?? []).filter((x) => x !== p)),
    [conversation, set],
  );
  const clear = useCallback(() => set([]), [set]);
  return { list, add, remove, clear };
}

/** As the server takes it, together with an answer or a note. */
export const commitmentsOf = (list: Promised[]) =>
  list.length > 0 ? { commitments: list.map(({ words, due }) => ({ words, due })) } : {};
