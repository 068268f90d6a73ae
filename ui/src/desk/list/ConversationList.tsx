import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useEffect, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { conversationQuery, listQuery, useDirectory, viewsQuery } from "../../api/queries";
import type { Sort } from "../../api/types";
import { useCommands } from "../../app/keys";
import { useMay } from "../../app/session";
import { useFormat } from "../../i18n/format";
import { Icon } from "../../parts/Icon";
import { Bone, Late } from "../../parts/Skeleton";
import { useStored } from "../../parts/stored";
import { Failed, Quiet } from "../../parts/Trouble";
import { loadConversation } from "../conversation/open";
import css from "./ConversationList.module.css";
import { Row } from "./Row";

const sorts: Sort[] = ["due", "newest", "oldest"];
const usualSort: Record<string, Sort> = { finished: "newest", spam: "newest", trash: "newest", waiting: "oldest" };

/** The name of a view in the reader's language; inboxes and teams have their own. */
export function useViewName(view: string): string {
  const { t } = useTranslation();
  const directory = useDirectory();
  const [kind, id] = view.split(":");
  if (kind === "inbox") return directory.inbox(Number(id))?.name ?? t("view.unknown");
  if (kind === "team") return directory.team(Number(id))?.name ?? t("view.unknown");
  return t(`view.${view}`);
}

interface Props {
  view: string;
  open: number | undefined;
  showViews: () => void;
}

/** A view's conversations, page by page, only as many drawn as are seen. */
export function ConversationList({ view, open, showViews }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const client = useQueryClient();
  const navigate = useNavigate();
  const mayWrite = useMay("conversation.write");
  const name = useViewName(view);
  const usual = usualSort[view] ?? "due";
  const [sort, setSort] = useStored<Sort>(`tellus-sort-${usual}`, usual);
  const count = useQuery(viewsQuery).data?.find((c) => c.id === view);
  const pages = useInfiniteQuery(listQuery({ view, sort }));
  const rows = useMemo(() => pages.data?.pages.flatMap((p) => p.items) ?? [], [pages.data]);
  // The open conversation is what the page is about, once there is one.
  const Title = open ? "h2" : "h1";
  const scroller = useRef<HTMLDivElement>(null);

  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 108,
    getItemKey: (i) => rows[i]?.id ?? i,
    overscan: 8,
  });
  const drawn = virtual.getVirtualItems();
  const lastDrawn = drawn.at(-1)?.index ?? 0;
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = pages;
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && lastDrawn >= rows.length - 15) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage, lastDrawn, rows.length]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another view or order begins at its top
  useEffect(() => {
    scroller.current?.scrollTo({ top: 0 });
  }, [view, sort]);

  const warm = useCallback(
    (number: number) => {
      loadConversation().catch(() => undefined); // no connection: opening one asks again
      void client.prefetchQuery(conversationQuery(number));
    },
    [client],
  );

  // Where the open row was, once it has left the list: stepping goes on from there.
  const place = useRef(-1);
  const here = open ? rows.findIndex((r) => r.number === open) : -1;
  if (here >= 0) place.current = here;

  function step(by: 1 | -1) {
    const focused = document.activeElement?.closest<HTMLElement>("[data-number]")?.dataset.number;
    const at = open ? here : rows.findIndex((r) => r.number === Number(focused));
    const left = open && at < 0 && place.current >= 0 ? place.current + (by > 0 ? 0 : -1) : undefined;
    const wanted = left ?? (at < 0 ? (by > 0 ? 0 : rows.length - 1) : at + by);
    const next = rows[Math.min(rows.length - 1, Math.max(0, wanted))];
    if (!next) return;
    virtual.scrollToIndex(rows.indexOf(next), { align: "auto" });
    // The row may have to be drawn first.
    requestAnimationFrame(() =>
      requestAnimationFrame(() =>
        scroller.current?.querySelector<HTMLElement>(`[data-number="${next.number}"]`)?.focus(),
      ),
    );
    if (open)
      void navigate({ to: "/view/$view/$number", params: { view, number: String(next.number) }, replace: true });
  }
  useCommands([
    { id: "list.next", label: t("keys.next"), group: "go", keys: ["j"], run: () => step(1) },
    { id: "list.previous", label: t("keys.previous"), group: "go", keys: ["k"], run: () => step(-1) },
  ]);

  return (
    <div className={css.list}>
      <header className={css.head}>
        <button type="button" className={css.views} aria-label={t("view.label")} onClick={showViews}>
          <Icon name="menu" />
        </button>
        <div className={css.titles}>
          <Title className="cut">{name}</Title>
          <p className={css.sums}>
            {count && (
              <span>
                {t("list.count", {
                  count: count.capped ? 10_000 : count.count,
                  shown: format.count(count.count, count.capped),
                })}
              </span>
            )}
            <span>
              {count && " · "}
              {t(`list.order_${sort}`)}
            </span>
          </p>
        </div>
        {mayWrite && (
          <Link to="/new" search={{}} className={css.sort} aria-label={t("keys.new")} title={`${t("keys.new")} (C)`}>
            <Icon name="pencil" size={17} />
          </Link>
        )}
        <label className={css.sort} title={t("list.order")}>
          <Icon name="sort" size={17} />
          <select aria-label={t("list.order")} value={sort} onChange={(e) => setSort(e.target.value as Sort)}>
            {sorts.map((s) => (
              <option key={s} value={s}>
                {t(`list.sort_${s}`)}
              </option>
            ))}
          </select>
        </label>
      </header>
      <div ref={scroller} className={css.scroller}>
        {pages.isPending && <Waiting />}
        {pages.isError && rows.length === 0 && (
          <Failed what={t("list.failed")} error={pages.error} retry={() => void pages.refetch()} />
        )}
        {pages.isSuccess && rows.length === 0 && <Empty view={view} />}
        {rows.length > 0 && (
          <ul style={{ height: virtual.getTotalSize(), position: "relative" }}>
            {drawn.map((item) => {
              const row = rows[item.index]!;
              return (
                <li
                  key={item.key}
                  ref={virtual.measureElement}
                  data-index={item.index}
                  aria-setsize={hasNextPage ? -1 : rows.length}
                  aria-posinset={item.index + 1}
                  style={{ position: "absolute", top: 0, left: 0, right: 0, transform: `translateY(${item.start}px)` }}
                >
                  <Row row={row} view={view} open={row.number === open} warm={warm} />
                </li>
              );
            })}
          </ul>
        )}
        {pages.isFetchNextPageError && (
          <p className={css.more} role="alert">
            {t("list.more_failed")}{" "}
            <button type="button" onClick={() => void fetchNextPage()}>
              {t("common.again")}
            </button>
          </p>
        )}
      </div>
    </div>
  );
}

function Waiting() {
  return (
    <Late>
      {Array.from({ length: 7 }, (_, i) => (
        <div key={i} className={css.bones}>
          <Bone width={28} height={28} round />
          <span>
            <Bone width="55%" height={13} />
            <Bone width="85%" />
            <Bone width="70%" />
          </span>
        </div>
      ))}
    </Late>
  );
}

const explained = new Set([
  "mine",
  "mentions",
  "snoozed",
  "following",
  "drafts",
  "unassigned",
  "all",
  "waiting",
  "finished",
  "spam",
  "trash",
]);

function Empty({ view }: { view: string }) {
  const { t } = useTranslation();
  const key = explained.has(view) ? view : view.startsWith("team") ? "team" : "inbox";
  return (
    <Quiet icon={key === "spam" ? "shield" : key === "trash" ? "trash" : "inbox"} title={t(`empty.${key}`)}>
      <p>{t(`empty.${key}_text`)}</p>
    </Quiet>
  );
}
