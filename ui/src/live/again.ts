import type { QueryClient } from "@tanstack/react-query";

const kept = ["list", "conversation", "views"];

/**
 * Tells again, once it is there, what was told while an answer was on its way: the server may have made the answer before that happened, and it takes the place of
 * all that was known. What is told again must change nothing where the answer knows it already.
 */
export function againBehindAnswers(client: QueryClient): { told: (again: () => void) => void; stop: () => void } {
  const cache = client.getQueryCache();
  const waiting = new Map<string, (() => void)[]>(); // by the query that is asked
  const stop = cache.subscribe((event) => {
    if (event.type === "removed") waiting.delete(event.query.queryHash);
    if (event.type !== "updated" || (event.action.type !== "success" && event.action.type !== "error")) return;
    if (event.action.type === "success" && event.action.manual) return; // put there by hand
    const all = waiting.get(event.query.queryHash) ?? [];
    waiting.delete(event.query.queryHash);
    for (const again of all) again();
  });
  return {
    told(again) {
      for (const query of cache.findAll({ fetchStatus: "fetching" })) {
        if (!kept.includes(String(query.queryKey[0]))) continue;
        const all = waiting.get(query.queryHash);
        if (all) all.push(again);
        else waiting.set(query.queryHash, [again]);
      }
    },
    stop() {
      stop();
      waiting.clear();
    },
  };
}
