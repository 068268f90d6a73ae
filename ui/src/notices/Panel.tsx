import { Button } from "@mantine/core";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { post } from "../api/client";
import { agentsQuery } from "../api/queries";
import { Icon, type IconName } from "../parts/Icon";
import { Sheet } from "../parts/Sheet";
import { Failed, Quiet } from "../parts/Trouble";
import { toast } from "../parts/toast";
import { inWords } from "../parts/trouble";
import { When } from "../parts/When";
import css from "./Panel.module.css";
import { type Notice, noticesQuery, unreadQuery } from "./queries";

const icons: Record<Notice["kind"], IconName> = {
  mention: "quote",
  assigned: "person",
  told: "bell",
  reply: "letter",
  overdue: "alert",
  due_soon: "clock",
  woken: "clock",
  team: "people",
  followed: "eye",
};

/** What the reader was told, the newest first. */
export function Panel({ close }: { close: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const list = useInfiniteQuery(noticesQuery);
  const agents = useQuery(agentsQuery).data ?? [];
  const read = useMutation({
    mutationFn: (which: { id?: number }) => post<{ unread: number }>("/notices/read", which),
    onSuccess: (now) => client.setQueryData(unreadQuery.queryKey, now),
    onError: (err) => toast(inWords(t, err), { tone: "bad" }),
    onSettled: () => client.invalidateQueries({ queryKey: noticesQuery.queryKey }),
  });
  const all = list.data?.pages.flatMap((p) => p.items) ?? [];
  const who = (n: Notice) =>
    n.by.kind === "agent" ? agents.find((a) => a.id === n.by.id)?.name : n.by.kind === "customer" ? n.customerName : "";
  return (
    <Sheet label={t("notice.title")} close={close} className={css.panel}>
      <header className={css.head}>
        <h2>{t("notice.title")}</h2>
        <Button
          variant="subtle"
          size="compact-sm"
          disabled={read.isPending || !all.some((n) => !n.read)}
          onClick={() => read.mutate({})}
        >
          {t("notice.read_all")}
        </Button>
        <Link
          to="/settings/$"
          params={{ _splat: "notices" }}
          aria-label={t("notice.settings")}
          title={t("notice.settings")}
          className={css.icon}
          onClick={close}
        >
          <Icon name="settings" size={17} />
        </Link>
        <button type="button" className={css.icon} onClick={close} aria-label={t("common.close")}>
          <Icon name="close" size={17} />
        </button>
      </header>
      {list.error && <Failed what={t("notice.failed")} error={list.error} retry={() => void list.refetch()} />}
      {list.isSuccess && all.length === 0 && (
        <Quiet icon="bell" title={t("notice.none")}>
          <p>{t("notice.none_text")}</p>
        </Quiet>
      )}
      <ul className={css.list}>
        {all.map((n) => (
          <li key={n.id}>
            <Link
              to="/view/$view/$number"
              params={{ view: "all", number: String(n.number) }}
              className={css.row}
              data-unread={!n.read || undefined}
              onClick={() => {
                if (!n.read) read.mutate({ id: n.id });
                close();
              }}
            >
              <Icon name={icons[n.kind]} size={17} />
              <span className={css.words}>
                <strong>{t(`notice.kind.${n.kind}`, { count: n.count })}</strong>
                <span className={css.subject}>
                  #{n.number} {n.subject}
                </span>
                <small>
                  {who(n) ? `${who(n)} · ` : ""}
                  <When at={n.at} as="age" />
                </small>
              </span>
              {!n.read && <span className={css.dot} role="img" aria-label={t("notice.unread")} />}
            </Link>
          </li>
        ))}
      </ul>
      {list.hasNextPage && (
        <Button variant="subtle" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {t("notice.more")}
        </Button>
      )}
    </Sheet>
  );
}
