import { useQuery, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { post } from "../api/client";
import css from "../app/Rail.module.css";
import { loadWords } from "../i18n/i18n";
import { useLookedAt } from "../live/live";
import { Icon } from "../parts/Icon";
import { unreadQuery } from "./queries";

const load = () => Promise.all([import("./Panel"), loadWords("notice")]).then(([m]) => ({ default: m.Panel }));
const Panel = lazy(load);

/** How much the reader was told and has not read; its list comes when it is opened. */
export function Bell() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const unread = useQuery(unreadQuery).data?.unread ?? 0;
  const looked = useLookedAt();
  const [open, setOpen] = useState(false);
  useEffect(() => {
    // What is on the screen needs no notice.
    if (!looked || unread === 0) return;
    const read = () => {
      if (document.visibilityState === "hidden") return;
      post<{ unread: number }>("/notices/read", { conversation: looked }).then(
        (now) => client.setQueryData(unreadQuery.queryKey, now),
        () => undefined, // it stays unread
      );
    };
    read();
    document.addEventListener("visibilitychange", read);
    return () => document.removeEventListener("visibilitychange", read);
  }, [looked, unread, client]);
  return (
    <>
      <button
        type="button"
        className={css.room}
        aria-haspopup="dialog"
        onPointerEnter={() => void load().catch(() => undefined)}
        onClick={() => setOpen(true)}
      >
        <Icon name="bell" size={20} />
        <span>{t("rail.notices")}</span>
        {unread > 0 && (
          <b>
            <span aria-hidden="true">{unread > 99 ? "99+" : unread}</span>
            <span className="unseen">{t("rail.unread", { count: unread })}</span>
          </b>
        )}
      </button>
      {open && (
        <Suspense>
          <Panel close={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
