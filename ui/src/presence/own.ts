import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { put } from "../api/client";
import { toast } from "../parts/toast";
import { inWords } from "../parts/trouble";
import { type Everybody, type Own, ownPresenceQuery, presenceQuery, type State } from "./queries";

export interface Choice {
  state: State;
  reason?: number;
  until?: string;
  refuses?: string[];
}

/** Chooses how somebody stands, the reader himself where no agent is given, and says what came of it. It returns whether it was kept. */
export function useChoose(): (choice: Choice, agent?: number) => Promise<boolean> {
  const { t } = useTranslation();
  const client = useQueryClient();
  return async (choice, agent) => {
    try {
      const now = await put<Own>(`/presence/${agent ?? "own"}`, choice);
      const { refuses: _, ...shown } = now;
      client.setQueryData<Everybody>(
        presenceQuery.queryKey,
        (all) => all && { ...all, items: [...all.items.filter((p) => p.agent !== now.agent), shown] },
      );
      if (agent) return true; // the list shows it
      client.setQueryData(ownPresenceQuery.queryKey, now);
      toast(t("presence.kept", { state: t(`presence.state.${now.state}`) }));
      return true;
    } catch (err) {
      toast(inWords(t, err), { tone: "bad" });
      return false;
    }
  };
}

/** The reader's own standing, and the reasons and channels to choose among. */
export function useOwn() {
  const own = useQuery(ownPresenceQuery).data;
  const all = useQuery(presenceQuery).data;
  return { own, reasons: all?.reasons.filter((r) => !r.ended) ?? [], channels: all?.channels ?? [] };
}

// The sheet that asks for a time is opened from the menu, which closes meanwhile.
let open = () => {};
export const askBack = () => open();
export function onAskBack(listener: () => void): () => void {
  open = listener;
  return () => {
    open = () => {};
  };
}
