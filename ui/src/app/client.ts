import {
  type InvalidateOptions,
  type InvalidateQueryFilters,
  notifyManager,
  QueryClient,
  type QueryKey,
} from "@tanstack/react-query";
import { isProblem } from "../api/problem";

// What is written into the cache is drawn before the browser does anything else. By default that waits for a timer: React puts a ticked box
// back at the end of the event, and it would show the old value for a frame.
notifyManager.setScheduler(queueMicrotask);

/**
 * A query client that loses no word of a change. What is invalidated while it is fetched for the first time is fetched once more behind that: the library lets such a
 * fetch stand, though its answer may be older than the change it was told of.
 */
export class Cache extends QueryClient {
  override invalidateQueries(filters?: InvalidateQueryFilters, options?: InvalidateOptions): Promise<void> {
    for (const query of this.getQueryCache().findAll({ ...filters, fetchStatus: "fetching" })) {
      if (query.state.data !== undefined) continue; // fetched anew below
      const again = () => super.invalidateQueries({ queryKey: query.queryKey, exact: true }, options);
      void query.promise?.then(again, () => {}); // what failed is fetched anew by whoever wants it
    }
    return super.invalidateQueries(filters, options);
  }
}

/**
 * Puts what a call has just made or changed into the cache, and has it looked at once more by whoever shows it: live word of what happened to it since may have come
 * before the answer, when there was nothing in the cache to be told.
 */
export function keepAnswer<T>(client: QueryClient, queryKey: QueryKey, answer: T) {
  client.setQueryData<T>(queryKey, answer);
  void client.invalidateQueries({ queryKey, exact: true });
}

/** The cache of what the server knows. Live messages keep it fresh, so nothing is fetched again for a look at another window. */
export const queryClient = new Cache({
  defaultOptions: {
    queries: {
      staleTime: 60_000,
      refetchOnWindowFocus: false,
      // A refusal will not change by asking again; a missing server may come back.
      retry: (count, err) => count < 2 && (!isProblem(err) || err.status === 0 || err.status >= 500),
      networkMode: "always",
    },
    mutations: { networkMode: "always", retry: false },
  },
});
