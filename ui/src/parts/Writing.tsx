import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { address, del, get } from "../api/client";
import { toast } from "./toast";

/** A list that is or was written to a file. */
export interface Export {
  id: number;
  state: "writing" | "written" | "cancelled";
  rows: number;
  total: number;
}

/** Follows a file until it is written, and offers it then. */
export function Writing({ id, words, over }: { id: number; words: "views" | "segments"; over: () => void }) {
  const { t } = useTranslation();
  const file = useQuery({
    queryKey: ["export", id],
    queryFn: () => get<Export>(`/exports/${id}`),
    // Told live; asked now and then too, so that a word that went astray leaves nobody waiting.
    refetchInterval: (q) => (q.state.data?.state === "written" ? false : 3000),
  }).data;
  const away = useRef<() => void>(undefined);
  const state = file?.state;
  const rows = file?.rows ?? 0;
  const total = file?.total ?? 0;
  useEffect(() => {
    away.current?.();
    if (state === "written") {
      toast(t(`${words}.exported`, { count: rows }), {
        stays: 60_000,
        action: { label: t(`${words}.download`), run: () => window.location.assign(address(`/exports/${id}/file`)) },
      });
      over();
      return;
    }
    away.current = toast(t(`${words}.exporting`, { rows, total: total || "…" }), {
      stays: 600_000,
      action: { label: t("common.cancel"), run: () => void del(`/exports/${id}`).finally(over) },
    });
  }, [state, rows, total, id, words, t, over]);
  useEffect(() => () => away.current?.(), []);
  return null;
}
