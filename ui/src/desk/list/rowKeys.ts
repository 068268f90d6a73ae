import { useCallback, useRef } from "react";
import type { Conversation } from "../../api/types";

/**
 * The key of each drawn row. The function stays the same while the same rows stand in the same order: for another one the virtualizer lays out every row anew, which at a
 * hundred thousand rows is more than a frame has time for.
 */
export function useRowKeys(rows: Conversation[]): (at: number) => number {
  const known = useRef(rows);
  const ids = sameOrder(known.current, rows) ? known.current : rows;
  known.current = ids;
  return useCallback((at: number) => ids[at]?.id ?? at, [ids]);
}

export function sameOrder(a: Conversation[], b: Conversation[]): boolean {
  return a === b || (a.length === b.length && a.every((row, at) => row.id === b[at]?.id));
}
