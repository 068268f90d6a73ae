import { queryOptions, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { get } from "../api/client";
import { useDirectory } from "../api/queries";
import type { components } from "../api/schema";
import { useMe } from "../app/session";
import { useFormat } from "../i18n/format";
import { Icon } from "../parts/Icon";
import { Bone, Late } from "../parts/Skeleton";
import { Failed } from "../parts/Trouble";
import { NumberField, SelectField, TextField } from "../settings/form/fields";
import figures from "./Figures.module.css";
import css from "./Staffing.module.css";
import { dateAt, later } from "./spans";

type Week = components["schemas"]["WeekBody"];
type Hour = Week["hours"][number];
type Staffing = components["schemas"]["StaffingBody"];

/** What is promised of each piece, and what people can bear; times in seconds, shares in percent. */
interface Goal {
  handling: number;
  share: number;
  within: number;
  occupancy: number;
  shrinkage: number;
}
const usual: Goal = { handling: 240, share: 80, within: 20, occupancy: 85, shrinkage: 30 };
const channels = ["email", "form", "phone", "visit", "letter"] as const;
const weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

/** The nearest goal that the server takes: what is being typed may be none. */
const fit = (g: Goal): Goal => {
  const between = (n: number, least: number, most: number) => Math.min(Math.max(n, least), most);
  return {
    handling: between(g.handling, 1, 86400),
    share: between(g.share, 0, 99),
    within: between(g.within, 0, 3600),
    occupancy: between(g.occupancy, 10, 100),
    shrinkage: between(g.shrinkage, 0, 90),
  };
};

interface Asked extends Goal {
  from: string;
  to: string;
  channel: string;
  team: number;
}
const weekQuery = ({ channel, team, ...asked }: Asked) =>
  queryOptions({
    queryKey: ["figures", "week", channel, team, asked],
    queryFn: ({ signal }) =>
      get<Week>("/figures/week", { ...asked, ...(channel && { channel }), ...(team && { team }) }, signal),
    staleTime: 60_000,
    placeholderData: (before) => before,
  });
const loadQuery = (perHour: number, goal: Goal) =>
  queryOptions({
    queryKey: ["figures", "staffing", perHour, goal],
    queryFn: ({ signal }) =>
      get<Staffing>("/figures/staffing", { perHour: String(Math.round(perHour * 1e6) / 1e6), ...goal }, signal),
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: (before) => before,
  });

/** When customers write, hour by hour of the week, and how many people answering at once would take. */
export function StaffingPage() {
  const { t } = useTranslation();
  const me = useMe();
  const directory = useDirectory();
  const today = dateAt(Date.now(), me.timeZone || "UTC");
  const [weeks, setWeeks] = useState(8);
  const [channel, setChannel] = useState("");
  const [team, setTeam] = useState(0);
  const [typed, setGoal] = useState(usual);
  const goal = fit(typed);
  const [at, setAt] = useState<number>();
  const found = useQuery(weekQuery({ from: later(today, -7 * weeks), to: later(today, -1), channel, team, ...goal }));
  const week = found.data;
  const field = (key: keyof Goal, suffix: string) => (
    <NumberField
      label={t(`staffing.${key}`)}
      value={typed[key]}
      suffix={suffix}
      change={(n) => setGoal({ ...typed, [key]: n })}
    />
  );
  return (
    <main className={figures.page}>
      <div className={figures.column}>
        <header className={figures.head}>
          <Link to="/figures" className={css.back}>
            <Icon name="back" size={15} />
            {t("figures.title")}
          </Link>
          <h1>{t("staffing.title")}</h1>
        </header>
        <p className={css.about}>{t("staffing.about")}</p>
        <div className={css.asked}>
          <SelectField<number>
            label={t("staffing.weeks")}
            value={weeks}
            change={setWeeks}
            options={[4, 8, 13, 26].map((n) => [n, t("staffing.last_weeks", { count: n })] as const)}
          />
          <SelectField<string>
            label={t("figures.by_channel")}
            value={channel}
            change={setChannel}
            options={[["", t("figures.all")] as const, ...channels.map((c) => [c, t(`channel.${c}`)] as const)]}
          />
          <SelectField<number>
            label={t("figures.by_team")}
            value={team}
            change={setTeam}
            options={[[0, t("figures.all")] as const, ...directory.teams.map((x) => [x.id, x.name] as const)]}
          />
          {field("handling", t("staffing.seconds"))}
          {field("share", "%")}
          {field("within", t("staffing.seconds"))}
          {field("occupancy", "%")}
          {field("shrinkage", "%")}
        </div>
        {found.isPending && (
          <Late>
            <Bone width="100%" />
            <Bone width="100%" />
          </Late>
        )}
        {found.isError && <Failed what={t("figures.failed")} error={found.error} retry={() => void found.refetch()} />}
        {week && <HeatMap week={week} chosen={at} choose={setAt} />}
        <div className={figures.pair}>
          {week && at !== undefined && week.hours[at] && <One hour={week.hours[at] as Hour} goal={goal} />}
          <WhatIf goal={goal} />
        </div>
      </div>
    </main>
  );
}

/** What an hour of the week is called: "Tuesday 10–11". */
function useHourWords() {
  const { t } = useTranslation();
  return (h: { weekday: number; hour: number }) =>
    `${t(`staffing.day_${weekdays[h.weekday - 1] ?? "mon"}`)} ${h.hour}–${(h.hour + 1) % 24 || 24}`;
}

function HeatMap({
  week,
  chosen,
  choose,
}: {
  week: Week;
  chosen: number | undefined;
  choose: (at: number | undefined) => void;
}) {
  const { t } = useTranslation();
  const format = useFormat();
  const words = useHourWords();
  const [shows, setShows] = useState<"people" | "came">("people");
  const value = (h: Hour) => (shows === "people" ? h.people : h.perHour);
  const most = Math.max(1, ...week.hours.map(value));
  const shown = (h: Hour) =>
    h.received === 0
      ? ""
      : shows === "people"
        ? format.number(h.people)
        : format.number(Math.round(h.perHour * 10) / 10);
  return (
    <section className={`${figures.card} ${css.week}`} aria-labelledby="staffing-week">
      <div className={css.bar}>
        <h2 id="staffing-week">{t(shows === "people" ? "staffing.people" : "staffing.came")}</h2>
        <fieldset className={figures.spans} aria-label={t("staffing.shows")}>
          {(["people", "came"] as const).map((s) => (
            <button key={s} type="button" aria-pressed={shows === s} onClick={() => setShows(s)}>
              {t(`staffing.show_${s}`)}
            </button>
          ))}
        </fieldset>
      </div>
      <p className={figures.hint}>
        {week.received === 0 ? t("staffing.nothing") : t("staffing.of", { count: week.received, zone: week.zone })}
      </p>
      <div className={figures.scroll}>
        <table className={css.map}>
          <thead>
            <tr>
              <td />
              {Array.from({ length: 24 }, (_, hour) => (
                <th key={hour} scope="col">
                  {hour}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {weekdays.map((day, d) => (
              <tr key={day}>
                <th scope="row">{t(`staffing.day_${day}`)}</th>
                {week.hours.slice(d * 24, d * 24 + 24).map((h, i) => (
                  <td key={h.hour}>
                    <button
                      type="button"
                      aria-pressed={chosen === d * 24 + i}
                      aria-label={`${words(h)}: ${t("staffing.cell", { count: h.people, came: format.number(Math.round(h.perHour * 10) / 10) })}`}
                      style={{ "--heat": Math.round((value(h) / most) * 100) } as React.CSSProperties}
                      onClick={() => choose(chosen === d * 24 + i ? undefined : d * 24 + i)}
                    >
                      {shown(h)}
                    </button>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** One hour of the week, and what it comes to with a few more and fewer people. */
function One({ hour, goal }: { hour: Hour; goal: Goal }) {
  const { t } = useTranslation();
  const format = useFormat();
  const words = useHourWords();
  return (
    <section className={figures.card} aria-live="polite">
      <h2>{words(hour)}</h2>
      <p className={figures.hint}>
        {t("staffing.came_there", {
          count: hour.received,
          hours: format.number(hour.hours),
          shown: format.number(Math.round(hour.perHour * 10) / 10),
        })}
      </p>
      <Outcomes perHour={hour.perHour} goal={goal} />
    </section>
  );
}

/** Any load, typed in. */
function WhatIf({ goal }: { goal: Goal }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState("30");
  const perHour = Number(typed.replace(",", "."));
  const usable = Number.isFinite(perHour) && perHour > 0 && perHour <= 100_000;
  return (
    <section className={figures.card}>
      <h2>{t("staffing.what_if")}</h2>
      <div className={css.typed}>
        <TextField
          label={t("staffing.per_hour")}
          inputMode="decimal"
          value={typed}
          change={setTyped}
          error={usable ? undefined : t("staffing.per_hour_wrong")}
        />
      </div>
      {usable && <Outcomes perHour={perHour} goal={goal} />}
    </section>
  );
}

function Outcomes({ perHour, goal }: { perHour: number; goal: Goal }) {
  const { t } = useTranslation();
  const format = useFormat();
  const found = useQuery({ ...loadQuery(perHour, goal), enabled: perHour > 0 });
  if (perHour <= 0) return null;
  if (found.isError)
    return <Failed what={t("figures.failed")} error={found.error} retry={() => void found.refetch()} />;
  const s = found.data;
  if (!s) return <Bone width="100%" />;
  const percent = (n: number) => t("figures.percent", { n: Math.floor(n * 100) });
  return (
    <>
      <p className={css.needs}>
        {t("staffing.needs", { count: s.people })}
        <span>
          {t("staffing.needs_more", {
            count: s.rostered,
            erlangs: format.number(Math.round(s.erlangs * 100) / 100),
          })}
        </span>
      </p>
      <table className={figures.table}>
        <thead>
          <tr>
            <th scope="col">{t("staffing.with")}</th>
            <th scope="col">{t("staffing.in_time", { seconds: goal.within })}</th>
            <th scope="col">{t("staffing.wait")}</th>
            <th scope="col">{t("staffing.busy")}</th>
          </tr>
        </thead>
        <tbody>
          {s.with.map((o) => (
            <tr key={o.people} data-short={o.people < s.people || undefined} aria-current={o.people === s.people}>
              <th scope="row">{format.number(o.people)}</th>
              <td>{percent(o.within)}</td>
              <td>
                {o.wait === undefined ? t("staffing.endless") : t("staffing.n_seconds", { n: format.number(o.wait) })}
              </td>
              <td>{percent(o.occupancy)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
