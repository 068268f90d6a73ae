import { notifyManager, QueryClient } from "@tanstack/react-query";
import { isProblem } from "../api/problem";

// What is written into the cache is drawn before the browser does anything else. By default that waits for a timer: React puts a ticked box
// back at the end of the event, and it would show the old value for a frame.
notifyManager.setScheduler(queueMicrotask);

/** The cache of what the server knows. Live messages keep it fresh, so nothing is fetched again for a look at another window. */
export const queryClient = new QueryClient({
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
