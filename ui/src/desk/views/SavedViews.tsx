import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { get, put } from "../../api/client";
import type { ViewCount } from "../../api/types";
import { KeysRest, useCommands } from "../../app/keys";
import { useFormat } from "../../i18n/format";
import { Icon } from "../../parts/Icon";
import { toast } from "../../parts/toast";
import { inWords } from "../../parts/trouble";
import css from "../list/ViewsPanel.module.css";
import { iconOf, type SavedView, savedViewsQuery } from "./saved";

const ViewEditor = lazy(() => import("./ViewEditor"));

interface Props {
  view: string;
  counts: ViewCount[];
  done: () => void;
}

/** The saved views: those that are pinned, the others behind them. They are dragged, or moved by Alt and the arrow keys. */
export function SavedViews({ view, counts, done }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const all = useQuery(savedViewsQuery).data ?? [];
  const [making, setMaking] = useState(false);
  const [rest, setRest] = useState(false);
  useCommands([
    { id: "view.new", label: t("view.new"), group: "app", keys: ["shift+v"], icon: "plus", run: () => setMaking(true) },
    ...all.map((v) => ({
      id: `view.${v.id}`,
      label: v.name,
      group: "go" as const,
      icon: iconOf(v.icon),
      run: () => document.querySelector<HTMLElement>(`[data-view="saved:${v.id}"]`)?.click(),
    })),
  ]);

  async function arrange(order: SavedView[]) {
    const before = all;
    client.setQueryData(savedViewsQuery.queryKey, order);
    try {
      await put("/saved-views/order", { order: order.map((v) => v.id) });
    } catch (err) {
      client.setQueryData(savedViewsQuery.queryKey, before);
      toast(inWords(t, err), { tone: "bad" });
    }
  }
  function moveTo(id: number, to: number) {
    const moved = all.find((v) => v.id === id);
    if (!moved || all[to]?.id === id) return;
    const order = all.filter((v) => v.id !== id);
    order.splice(to, 0, moved);
    void arrange(order);
  }
  const link = (v: SavedView) => (
    <ViewLink
      key={v.id}
      v={v}
      on={view === `saved:${v.id}`}
      count={counts.find((c) => c.id === `saved:${v.id}`)}
      done={done}
      drop={(id) => moveTo(id, all.indexOf(v))}
      step={(by) => moveTo(v.id, Math.max(0, Math.min(all.length - 1, all.indexOf(v) + by)))}
    />
  );
  const hidden = all.filter((v) => !v.pinned);
  return (
    <section>
      <h2>{t("view.group_saved")}</h2>
      <ul>
        {all.filter((v) => v.pinned).map(link)}
        {(rest || hidden.some((v) => view === `saved:${v.id}`)) && hidden.map(link)}
        {hidden.length > 0 && (
          <li>
            <button type="button" className={css.view} aria-expanded={rest} onClick={() => setRest(!rest)}>
              <Icon name="down" size={15} />
              <span className="cut">{t("view.others", { count: hidden.length })}</span>
            </button>
          </li>
        )}
        <li>
          <button type="button" className={css.view} onClick={() => setMaking(true)}>
            <Icon name="plus" size={15} />
            <span className="cut">{t("view.new")}</span>
          </button>
        </li>
      </ul>
      {making && (
        <Suspense fallback={<KeysRest />}>
          <ViewEditor close={() => setMaking(false)} />
        </Suspense>
      )}
    </section>
  );
}

interface Tally {
  count: number;
  capped?: boolean;
  /** Judged by the latest ones. */
  estimate?: boolean;
}

interface LinkProps {
  v: SavedView;
  on: boolean;
  count: ViewCount | undefined;
  done: () => void;
  drop: (id: number) => void;
  step: (by: 1 | -1) => void;
}

function ViewLink({ v, on, count, done, drop, step }: LinkProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const tally = useQuery({
    queryKey: ["saved-count", v.id, v.version],
    queryFn: ({ signal }) => get<Tally>(`/saved-views/${v.id}/count`, undefined, signal),
    enabled: !v.live && !v.broken,
    staleTime: 30_000,
    refetchInterval: 60_000, // counted anew by looking: not with every change
  }).data;
  const shown = v.live ? count : tally;
  const about = v.broken ? t("view.broken") : v.live && !v.filling.done ? t("view.filling") : v.name;
  return (
    <li
      draggable
      onDragStart={(e) => e.dataTransfer.setData("text/tellus-view", String(v.id))}
      onDragOver={(e) => e.preventDefault()}
      onDrop={(e) => {
        e.preventDefault();
        drop(Number(e.dataTransfer.getData("text/tellus-view")));
      }}
    >
      <Link
        to="/view/$view"
        params={{ view: `saved:${v.id}` }}
        className={css.view}
        data-view={`saved:${v.id}`}
        data-on={on || undefined}
        aria-current={on ? "page" : undefined}
        onClick={done}
        title={about}
        onKeyDown={(e) => {
          const by = e.altKey && (e.key === "ArrowUp" ? -1 : e.key === "ArrowDown" ? 1 : 0);
          if (!by) return;
          e.preventDefault();
          step(by);
        }}
      >
        <span className={css.picture} data-colour={v.colour}>
          <Icon name={v.broken ? "alert" : iconOf(v.icon)} size={15} />
        </span>
        <span className="cut">{v.name}</span>
        {shown !== undefined && shown.count > 0 && (
          <span className={css.count} title={tally?.estimate ? t("view.estimate") : undefined}>
            {tally?.estimate && !tally.capped && "≈ "}
            {format.count(shown.count, shown.capped)}
          </span>
        )}
      </Link>
    </li>
  );
}
