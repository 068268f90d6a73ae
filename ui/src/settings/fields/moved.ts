/** A list with one of its items in another place; the list itself where that changes nothing. */
export function moved<T extends { id: number }>(list: readonly T[], id: number, to: number): T[] {
  const from = list.findIndex((x) => x.id === id);
  const place = Math.max(0, Math.min(list.length - 1, to));
  if (from < 0 || from === place) return list as T[];
  const next = [...list];
  next.splice(place, 0, ...next.splice(from, 1));
  return next;
}
