import { useQuery } from "@tanstack/react-query";
import { Link, useRouterState } from "@tanstack/react-router";
import { lazy, useState } from "react";
import { useTranslation } from "react-i18next";
import { stuckQuery, viewsQuery } from "../api/queries";
import { useFormat } from "../i18n/format";
import { loadWords } from "../i18n/i18n";
import { useLink } from "../live/live";
import { Bell } from "../notices/Bell";
import { Avatar } from "../parts/Avatar";
import { Icon } from "../parts/Icon";
import { OnReach } from "../parts/OnReach";
import { lately, useLate } from "../parts/useLate";
import css from "./Rail.module.css";
import { useMay, useMe } from "./session";

const timerCode = lately(() => Promise.all([import("../desk/fields/TimerChip"), loadWords("field")]).then(([m]) => m));
const presenceCode = lately(() =>
  Promise.all([import("../presence/Commands"), loadWords("presence")]).then(([m]) => m),
);
const loadOwn = () => import("./OwnMenu");
const OwnMenu = lazy(() => loadOwn().then((m) => ({ default: m.OwnMenu })));

/** The house's rooms; on a narrow screen it lies at the foot. */
export function Rail() {
  const { t } = useTranslation();
  const format = useFormat();
  const path = useRouterState({ select: (s) => s.location.pathname });
  const mine = useQuery(viewsQuery).data?.find((v) => v.id === "mine");
  const stuck = useQuery({ ...stuckQuery, enabled: useMe().permissions.includes("job.manage") }).data;
  const mayWrite = useMay("conversation.write");
  const Timer = useLate(timerCode, mayWrite);
  const onSettings = path.startsWith("/settings");
  const onCustomers = /^\/(customers|organisations)/.test(path);
  const mayFigures = useMay("figure.read");
  const onFigures = path.startsWith("/figures");
  const onDesk = !onSettings && !onCustomers && !onFigures;
  return (
    <nav className={css.rail} aria-label={t("rail.label")}>
      <span className={css.logo} aria-hidden="true">
        T
      </span>
      <Link to="/" className={css.room} data-on={onDesk || undefined} aria-current={onDesk ? "page" : undefined}>
        <Icon name="inbox" size={20} />
        <span>{t("rail.desk")}</span>
        {mine !== undefined && mine.count > 0 && (
          <b>
            <span aria-hidden="true">{mine.count > 99 ? "99+" : mine.count}</span>
            <span className="unseen">
              {t("rail.mine", { count: mine.count, shown: format.count(mine.count, mine.capped) })}
            </span>
          </b>
        )}
      </Link>
      <Link
        to="/customers"
        search={{ q: "", language: "", warned: false }}
        className={css.room}
        data-on={onCustomers || undefined}
        aria-current={onCustomers ? "page" : undefined}
      >
        <Icon name="people" size={20} />
        <span>{t("rail.customers")}</span>
      </Link>
      {mayFigures && (
        <Link
          to="/figures"
          search={{}}
          className={css.room}
          data-on={onFigures || undefined}
          aria-current={onFigures ? "page" : undefined}
        >
          <Icon name="chart" size={20} />
          <span>{t("rail.figures")}</span>
        </Link>
      )}
      <span className={css.gap} />
      {Timer && <Timer />}
      <Bell />
      <Link
        to="/settings/$"
        params={{ _splat: "" }}
        className={css.room}
        data-on={onSettings || undefined}
        aria-current={onSettings ? "page" : undefined}
      >
        <Icon name="settings" size={20} />
        <span>{t("rail.settings")}</span>
        {stuck && (
          <b data-late>
            <span aria-hidden="true">!</span>
            <span className="unseen">{t("rail.stuck")}</span>
          </b>
        )}
      </Link>
      <Own />
    </nav>
  );
}

/** The reader's own menu; its code comes when it is reached for. */
function Own() {
  const { t } = useTranslation();
  const me = useMe();
  const up = useLink() !== "lost";
  const [open, setOpen] = useState(false);
  const Presence = useLate(presenceCode, true);
  const face = (
    <button type="button" className={css.own} aria-label={t("rail.own", { name: me.name })}>
      <span className={css.ring} data-up={up || undefined}>
        <Avatar name={me.name} seed={`agent:${me.id}`} />
      </span>
    </button>
  );
  return (
    <>
      {Presence && <Presence />}
      <OnReach face={face} open={open} setOpen={setOpen} load={loadOwn}>
        <OwnMenu face={face} open={open} setOpen={setOpen} />
      </OnReach>
    </>
  );
}
