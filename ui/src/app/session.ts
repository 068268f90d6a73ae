import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { get } from "../api/client";
import type { Permission, Profile } from "../api/types";

/** Who is signed in. */
export const profileQuery = queryOptions({
  queryKey: ["profile"],
  queryFn: ({ signal }) => get<Profile>("/session", undefined, signal),
  staleTime: Number.POSITIVE_INFINITY,
  retry: false,
});

/** The signed-in agent, undefined on the doors. */
export function useProfile(): Profile | undefined {
  const client = useQueryClient();
  return useQuery({ ...profileQuery, enabled: client.getQueryData(profileQuery.queryKey) !== undefined }).data;
}

/** The signed-in agent on screens that are shown only to one. */
export function useMe(): Profile {
  const me = useProfile();
  if (!me) throw new Error("useMe outside of the signed-in screens");
  return me;
}

/** Whether the signed-in agent's role allows something. */
export function useMay(permission: Permission): boolean {
  return useProfile()?.permissions.includes(permission) ?? false;
}
