import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { put } from "../../api/client";
import { conversationQuery, listQuery, useDirectory, viewsQuery } from "../../api/queries";
import type { Order, Sort } from "../../api/types";
import { useCommands } from "../../app/keys";
import { useMay } from "../../app/session";
import { useFormat } from "../../i18n/format";
import { Icon } from "../../parts/Icon";
import { OnReach } from "../../parts/OnReach";
import { Bone, Late } from "../../parts/Skeleton";
import { useStored } from "../../parts/stored";
import { Failed, Quiet } from "../../parts/Trouble";
import { pick, pickNone, usePicked } from "../bulk/picked";
import { loadConversation } from "../conversation/open";
import { type Column, orderOf, savedViewsQuery, useSavedView } from "../views/saved";
import css from "./ConversationList.module.css";
import { Row, useAround } from "./Row";
import { useRowKeys } from "./rowKeys";

const Table = lazy(() => import("../table/Table"));
const BulkBar = lazy(() => import("../bulk/BulkBar"));
const loadActs = () => import("../views/ViewActs");
const ViewActs = lazy(loadActs);

const usualColumns: Column[] = ["customer", "subject", "status", "assignee", "tags", "due", "last"].map((key) => ({
  key,
}));

const sorts: Sort[] = ["due", "newest", "oldest"];
const usualSort: Record<string, Sort> = { finished: "newest", spam: "newest", trash: "newest", waiting: "oldest" };

/** The name of a view in the reader's language; inboxes and teams have their own. */
export function useViewName(view: string): string {
  const { t } = useTranslation();
  const directory = useDirectory();
  const saved = useSavedView(view);
  const [kind, id] = view.split(":");
  if (kind === "saved") return saved?.name ?? t("view.unknown");
  if (kind === "inbox") return directory.inbox(Number(id))?.name ?? t("view.unknown");
  if (kind === "team") return directory.team(Number(id))?.name ?? t("view.unknown");
  return t(`view.${view}`);
}

const estimateSize = () => 108;

interface Props {
  view: string;
  open: number | undefined;
  showViews: () => void;
  /** Told whether the view is a table, which takes the place of what would be open beside it. */
  layoutIs?: (layout: "list" | "table") => void;
}

/** A view's conversations, page by page, only as many drawn as are seen. */
export function ConversationList({ view, open, showViews, layoutIs }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const client = useQueryClient();
  const navigate = useNavigate();
  const mayWrite = useMay("conversation.write");
  const name = useViewName(view);
  const usual = usualSort[view] ?? "due";
  const [plainSort, setPlainSort] = useStored<Sort>(`tellus-sort-${usual}`, usual);
  const saved = useSavedView(view);
  const [headed, setHeaded] = useState<{ view: string; order: Order }>();
  const own: Order = saved ? (orderOf(saved.sort) as Order) : plainSort;
  const sort: Order = headed?.view === view && saved ? headed.order : own;
  const [chosenLayout, setChosenLayout] = useStored<"" | "list" | "table">(`tellus-layout-${view}`, "");
  const layout = chosenLayout || saved?.layout || "list";
  const picked = usePicked(view);
  const [acts, setActs] = useState(false);
  const table = layout === "table" && !open;
  useEffect(() => layoutIs?.(table ? "table" : "list"), [layoutIs, table]);
  useEffect(() => pickNone, []);
  const count = useQuery(viewsQuery).data?.find((c) => c.id === view);
  const pages = useInfiniteQuery({ ...listQuery({ view, sort }), enabled: !view.startsWith("saved:") || !!saved });
  const looked = pages.data?.pages.at(-1)?.looked;
  const rows = useMemo(() => pages.data?.pages.flatMap((p) => p.items) ?? [], [pages.data]);
  const keyOf = useRowKeys(rows);
  // The open conversation is what the page is about, once there is one.
  const Title = open ? "h2" : "h1";
  const scroller = useRef<HTMLDivElement>(null);

  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize,
    getItemKey: keyOf,
    overscan: 4,
  });
  const drawn = virtual.getVirtualItems();
  const lastDrawn = drawn.at(-1)?.index ?? 0;
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = pages;
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && !looked && !table && lastDrawn >= rows.length - 15) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage, lastDrawn, rows.length, looked, table]);
  const fetchMore = useCallback(() => {
    if (!isFetchingNextPage && !looked) void fetchNextPage();
  }, [isFetchingNextPage, fetchNextPage, looked]);

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

  const around = useAround(view, warm);

  // Where the open row was, once it has left the list: stepping goes on from there.
  const place = useRef(-1);
  const here = useMemo(() => (open ? rows.findIndex((r) => r.number === open) : -1), [rows, open]);
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
  function pickHere() {
    const focused = document.activeElement?.closest<HTMLElement>("[data-number]")?.dataset.number;
    const row = rows.find((r) => r.number === (focused ? Number(focused) : open));
    if (row) pick(view, rows, row.id, !picked.ids.has(row.id), false);
  }
  async function keepColumns(columns: Column[]) {
    if (!saved) return;
    const { id, owner: _, position: __, mayChange: ___, live: ____, broken: _____, filling: ______, ...edit } = saved;
    const kept = await put<typeof saved>(`/saved-views/${id}`, { ...edit, columns });
    client.setQueryData(savedViewsQuery.queryKey, (all) => all?.map((v) => (v.id === id ? { ...v, ...kept } : v)));
  }
  useCommands([
    { id: "list.next", label: t("keys.next"), group: "go", keys: ["j"], run: () => step(1) },
    { id: "list.previous", label: t("keys.previous"), group: "go", keys: ["k"], run: () => step(-1) },
    { id: "list.pick", label: t("list.pick_row"), group: "go", keys: ["x"], run: pickHere },
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
              {count && !saved && " · "}
              {saved ? (saved.live && !saved.filling.done ? t("view.filling") : "") : t(`list.order_${plainSort}`)}
            </span>
          </p>
        </div>
        {mayWrite && (
          <Link to="/new" search={{}} className={css.sort} aria-label={t("keys.new")} title={`${t("keys.new")} (C)`}>
            <Icon name="pencil" size={17} />
          </Link>
        )}
        {!saved && (
          <label className={css.sort} title={t("list.order")}>
            <Icon name="sort" size={17} />
            <select
              aria-label={t("list.order")}
              value={plainSort}
              onChange={(e) => setPlainSort(e.target.value as Sort)}
            >
              {sorts.map((s) => (
                <option key={s} value={s}>
                  {t(`list.sort_${s}`)}
                </option>
              ))}
            </select>
          </label>
        )}
        <ActsButton
          view={view}
          saved={saved}
          open={acts}
          setOpen={setActs}
          layout={layout}
          setLayout={setChosenLayout}
        />
      </header>
      {mayWrite && (picked.ids.size > 0 || picked.all) && (
        <Suspense>
          <BulkBar picked={picked} rows={rows} more={hasNextPage} count={count?.count} capped={count?.capped} />
        </Suspense>
      )}
      {table && rows.length > 0 && (
        <Suspense fallback={<Waiting />}>
          <Table
            view={view}
            rows={rows}
            columns={saved?.columns.length ? saved.columns : usualColumns}
            sort={sort}
            setSort={(order) => saved && setHeaded({ view, order })}
            setColumns={saved?.mayChange ? (columns) => void keepColumns(columns) : undefined}
            more={hasNextPage}
            fetchMore={fetchMore}
            picked={picked.ids}
            pick={(row, on, range) => pick(view, rows, row.id, on, range)}
          />
        </Suspense>
      )}
      <div ref={scroller} className={css.scroller} hidden={table && rows.length > 0}>
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
                  className={css.item}
                  style={{ transform: `translateY(${item.start}px)` }}
                >
                  {mayWrite && (
                    <input
                      type="checkbox"
                      className={css.pick}
                      data-any={picked.ids.size > 0 || undefined}
                      aria-label={t("list.pick", { number: row.number })}
                      checked={picked.all || picked.ids.has(row.id)}
                      onClick={(e) => pick(view, rows, row.id, !picked.ids.has(row.id), e.shiftKey)}
                      onChange={() => {}}
                    />
                  )}
                  <Row row={row} around={around} open={row.number === open} />
                </li>
              );
            })}
          </ul>
        )}
        {looked && (
          <p className={css.more}>
            {t("list.looked", { back: looked.back ? format.shortDay(Date.parse(looked.back), Date.now()) : "" })}{" "}
            <button type="button" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
              {t("list.look_on")}
            </button>
          </p>
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

type ActsProps = Omit<React.ComponentProps<typeof ViewActs>, "face">;

/** What can be done with the view as a whole; the menu comes when it is reached for. */
function ActsButton(props: ActsProps) {
  const { t } = useTranslation();
  const face = (
    <button type="button" className={css.sort} aria-label={t("view.acts")} title={t("view.acts")} aria-haspopup="menu">
      <Icon name="more" size={17} />
    </button>
  );
  return (
    <OnReach face={face} open={props.open} setOpen={props.setOpen} load={loadActs}>
      <ViewActs {...props} face={face} />
    </OnReach>
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
  const key = explained.has(view) ? view : (/^(team|saved)/.exec(view)?.[0] ?? "inbox");
  return (
    <Quiet icon={key === "spam" ? "shield" : key === "trash" ? "trash" : "inbox"} title={t(`empty.${key}`)}>
      <p>{t(`empty.${key}_text`)}</p>
    </Quiet>
  );
}
