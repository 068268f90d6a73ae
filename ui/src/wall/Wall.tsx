import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { get } from "../api/client";
import { isProblem } from "../api/problem";
import type { components } from "../api/schema";
import { Format } from "../i18n/format";
import { speak } from "../i18n/i18n";
import { isLanguage } from "../i18n/languages";
import { Pill } from "../parts/Pill";
import { useTitle } from "../settings/form/Page";
import { Bars } from "./Bars";
import { Queues } from "./Queues";
import { page } from "./sums";
import { Tiles } from "./Tiles";
import css from "./Wall.module.css";

export type Picture = components["schemas"]["Picture"];

const often = 5_000;
const rows = 8; // that a screen across a room can show
const turn = 12_000; // how long a page of rows stays

/** A board for a screen on a wall, by its link, or for who keeps the settings as b and its number. It goes on by itself for as long as the screen is on. */
export function Wall() {
  const { t } = useTranslation();
  const { token = "" } = useParams({ strict: false });
  const own = /^b\d+$/.test(token);
  const found = useQuery({
    queryKey: ["wall", token],
    queryFn: ({ signal }) =>
      get<Picture>(
        own ? `/wallboards/${token.slice(1)}/picture` : `/wall/${encodeURIComponent(token)}`,
        undefined,
        signal,
      ),
    refetchInterval: often,
    refetchIntervalInBackground: true,
    retry: false, // the next one is seconds away
    staleTime: 0,
    gcTime: 0,
  });
  const [since, setSince] = useState(0); // when the line was lost
  const lost = found.isError;
  useEffect(() => setSince((was) => (lost ? was || Date.now() : 0)), [lost]);
  const p = found.data;
  useAppearance(p);
  useAwake();
  useTitle(p?.name ?? "Tellus");
  if (isProblem(found.error, "not_found") || isProblem(found.error, "invalid")) {
    return <Notice title={t("wallboard.gone")} words={t("wallboard.gone_text")} />;
  }
  if (!p && isProblem(found.error, "signed_out")) {
    return <Notice title={t("wallboard.sign_in")} words={t("wallboard.sign_in_text")} />;
  }
  if (!p && found.error) return <Notice title={t("wallboard.unreachable")} words={t("wallboard.unreachable_text")} />;
  if (!p) return <div className={css.wall} aria-busy="true" />;
  return <Board picture={p} lost={lost ? since : 0} at={found.dataUpdatedAt} />;
}

function Notice({ title, words }: { title: string; words: string }) {
  return (
    <main className={css.notice}>
      <h1>{title}</h1>
      <p>{words}</p>
    </main>
  );
}

function Board({ picture: p, lost, at }: { picture: Picture; lost: number; at: number }) {
  const { t, i18n } = useTranslation();
  const format = useMemo(() => new Format(t as never, i18n.language, p.zone), [t, i18n.language, p.zone]);
  const ticked = useTick();
  const now = Date.parse(p.now) + Math.max(0, ticked - at); // the clock of the screen may be wrong, what passed on it is not
  const shown = page(p.queues, rows, Math.floor(now / turn));
  return (
    <main className={css.wall}>
      <header className={css.head}>
        <h1>{p.name}</h1>
        <span className={css.about}>
          {format.day(now)}, {format.clock(now)} ·{" "}
          {t("wallboard.today", { received: format.number(p.received), resolved: format.number(p.resolved) })}
        </span>
        <span className={css.line} role="status">
          <Pill tone={lost ? "late" : "ok"}>
            {lost ? t("wallboard.lost", { at: format.clock(lost) }) : t("wallboard.live")}
          </Pill>
        </span>
      </header>
      <Tiles picture={p} now={now} format={format} />
      <div className={css.pair}>
        <Queues queues={shown.rows} pages={shown.pages} at={shown.at} now={now} format={format} />
        <Bars picture={p} format={format} />
      </div>
    </main>
  );
}

/** The present, each second. */
function useTick(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), 1000);
    return () => window.clearInterval(timer);
  }, []);
  return now;
}

/** The board's language and look, for as long as it is shown; a new program reads the page again. */
function useAppearance(p: Picture | undefined) {
  const [first, setFirst] = useState("");
  const { language, theme, version } = p ?? {};
  useEffect(() => {
    if (isLanguage(language)) void speak(language, false);
  }, [language]);
  useEffect(() => {
    if (!theme) return;
    const root = document.documentElement;
    const before = root.dataset.mantineColorScheme;
    root.dataset.mantineColorScheme = theme;
    return () => {
      root.dataset.mantineColorScheme = before;
    };
  }, [theme]);
  useEffect(() => {
    if (!version) return;
    if (!first) setFirst(version);
    else if (first !== version) window.location.reload();
  }, [first, version]);
}

/** Keeps the screen from going dark, where the browser lets a page do that. */
function useAwake() {
  useEffect(() => {
    let held: WakeLockSentinel | undefined;
    const hold = async () => {
      if (document.visibilityState !== "visible" || !("wakeLock" in navigator)) return;
      try {
        held = await navigator.wakeLock.request("screen");
      } catch {
        // low battery, or not allowed: the screen keeps to its own settings
      }
    };
    void hold();
    document.addEventListener("visibilitychange", hold);
    return () => {
      document.removeEventListener("visibilitychange", hold);
      void held?.release();
    };
  }, []);
}
