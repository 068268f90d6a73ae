import { useDirectory } from "../../api/queries";
import type { Conversation } from "../../api/types";
import { useMay, useMe } from "../../app/session";

/**
 * Whether a conversation is taken by "next" only, so that the reader may neither take it nor give it to anybody: what waits in a team that works so, and is not his own. It
 * judges as the server does.
 */
export function useOnlyNext(row: Conversation): boolean {
  const me = useMe();
  const manages = useMay("team.manage");
  const only = useDirectory().team(row.team)?.onlyNext;
  if (!only || manages || row.assignee === me.id) return false;
  return (row.status === "new" || row.status === "open") && !row.snoozedUntil && !row.spam && !row.trashedAt;
}
