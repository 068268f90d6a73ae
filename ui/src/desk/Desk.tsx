import { Outlet, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useStored } from "../parts/stored";
import { Quiet } from "../parts/Trouble";
import { Conversation } from "./conversation/Conversation";
import css from "./Desk.module.css";
import { Divider } from "./Divider";
import { ConversationList } from "./list/ConversationList";
import { ViewsPanel } from "./list/ViewsPanel";

/** The desk: views, list, and what is open beside them. */
export function Desk() {
  const { view } = useParams({ from: "/inside/view/$view" });
  const number = useParams({ strict: false }).number;
  const [viewsOpen, setViewsOpen] = useState(false);
  const [views, setViews] = useStored("tellus-width-views", 216);
  const [list, setList] = useStored("tellus-width-list", 372);
  const { t } = useTranslation();
  return (
    <div
      className={css.desk}
      data-open={number ? true : undefined}
      style={{ "--views-width": `${views}px`, "--list-width": `${list}px` } as React.CSSProperties}
    >
      <div className={css.views} data-shown={viewsOpen || undefined}>
        <ViewsPanel view={view} done={() => setViewsOpen(false)} />
      </div>
      {viewsOpen && (
        <button
          type="button"
          className={css.shade}
          aria-label={t("common.close")}
          onClick={() => setViewsOpen(false)}
        />
      )}
      <Divider label={t("desk.divider_views")} value={views} min={180} max={320} set={setViews} className={css.wide} />
      <div className={css.list}>
        <ConversationList view={view} open={number ? Number(number) : undefined} showViews={() => setViewsOpen(true)} />
      </div>
      <Divider label={t("desk.divider_list")} value={list} min={280} max={560} set={setList} className={css.split} />
      <main id="main" className={css.main}>
        <Outlet />
      </main>
    </div>
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

export function OpenConversation() {
  const { number, view } = useParams({ from: "/inside/view/$view/$number" });
  return <Conversation key={number} number={Number(number)} view={view} />;
}
