import { Outlet, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useStored } from "../parts/stored";
import { Quiet } from "../parts/Trouble";
import css from "./Desk.module.css";
import { Divider } from "./Divider";
import { Missing } from "./fields/Missing";
import { ConversationList, useViewName } from "./list/ConversationList";
import { ViewsPanel } from "./list/ViewsPanel";
import { usualWidth } from "./widths";

/** The desk: views, list, and what is open beside them. */
export function Desk() {
  const { view } = useParams({ from: "/inside/view/$view" });
  const number = useParams({ strict: false }).number;
  const [first] = useState(() => ({ views: usualWidth(0.14, 180, 216), list: usualWidth(0.216, 288, 372) }));
  const [viewsOpen, setViewsOpen] = useState(false);
  const [views, setViews] = useStored("tellus-width-views", first.views);
  const [list, setList] = useStored("tellus-width-list", first.list);
  const { t } = useTranslation();
  const name = useViewName(view);
  const [layout, setLayout] = useState<"list" | "table">("list");
  return (
    <main
      id="main"
      className={css.desk}
      data-open={number ? true : undefined}
      data-layout={number ? undefined : layout}
      style={{ "--views-width": `${views}px`, "--list-width": `${list}px` } as React.CSSProperties}
    >
      <nav className={css.views} data-shown={viewsOpen || undefined} aria-label={t("view.label")}>
        <ViewsPanel view={view} done={() => setViewsOpen(false)} />
        <Divider
          label={t("desk.divider_views")}
          value={views}
          min={180}
          max={320}
          set={setViews}
          usual={first.views}
          className={css.wide}
        />
      </nav>
      {viewsOpen && (
        <button
          type="button"
          className={css.shade}
          aria-label={t("common.close")}
          onClick={() => setViewsOpen(false)}
        />
      )}
      <section className={css.list} aria-label={name}>
        <ConversationList
          view={view}
          open={number ? Number(number) : undefined}
          showViews={() => setViewsOpen(true)}
          layoutIs={setLayout}
        />
        <Divider
          label={t("desk.divider_list")}
          value={list}
          min={280}
          max={560}
          set={setList}
          usual={first.list}
          className={css.split}
        />
      </section>
      <section className={css.main} aria-label={t("desk.opened")}>
        <Outlet />
      </section>
      <Missing />
    </main>
  );
}

export function NothingOpen() {
  const { t } = useTranslation();
  return (
    <div className={css.nothing}>
      <Quiet icon="inbox" title={t("desk.nothing_open")}>
        <p>
          {t("desk.nothing_open_text")} <kbd>J</kbd> <kbd>K</kbd> <kbd>↵</kbd>
        </p>
      </Quiet>
    </div>
  );
}
