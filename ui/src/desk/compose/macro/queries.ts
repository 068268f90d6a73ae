import { queryOptions } from "@tanstack/react-query";
import { get, post } from "../../../api/client";
import type { Page } from "../../../api/types";
import type { Filled, ListedMacro, Where } from "./types";

export const macrosQuery = queryOptions({
  queryKey: ["macros"],
  queryFn: ({ signal }) => get<Page<ListedMacro>>("/macros", undefined, signal).then((p) => p.items),
  staleTime: Number.POSITIVE_INFINITY, // live events renew it
});

/** What a macro says in a place. Under "macros", so that a change of the macro renews it. */
export const filledQuery = (macro: number, where: Where) =>
  queryOptions({
    queryKey: ["macros", "filled", macro, where],
    queryFn: () => post<Filled>("/macros/preview", { macro, ...where }),
    staleTime: 20_000,
  });
