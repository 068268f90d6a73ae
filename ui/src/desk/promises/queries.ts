import { queryOptions } from "@tanstack/react-query";
import { get } from "../../api/client";
import type { components } from "../../api/schema";
import type { Conversation } from "../../api/types";

export type Commitment = components["schemas"]["Commitment"];
/** One that is open, with the conversation that it is to be kept in. */
export type Open = Commitment & { in: Conversation };
export const causes = ["forgotten", "waited", "too_much", "too_early", "unreachable", "not_needed", "other"] as const;
export type Cause = (typeof causes)[number];

/** What people promised in a conversation: what is still to be kept first. */
export const commitmentsQuery = (conversation: number) =>
  queryOptions({
    queryKey: ["commitments", conversation],
    queryFn: ({ signal }) =>
      get<{ items: Commitment[] }>(`/conversations/${conversation}/commitments`, undefined, signal).then(
        (l) => l.items,
      ),
    staleTime: 30_000,
  });

/** What is still to be kept, by the reader or by anybody. */
export const openQuery = (whose: "mine" | "all") =>
  queryOptions({
    queryKey: ["commitments", "open", whose],
    queryFn: ({ signal }) => get<{ items: Open[] }>("/commitments", { whose }, signal).then((l) => l.items),
    staleTime: 10_000,
  });

export const stillOpen = (c: Commitment) => c.state === "open" || c.state === "late";
