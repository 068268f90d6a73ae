import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { post } from "../../api/client";
import { Format, useFormat } from "../../i18n/format";
import { useNow } from "../../i18n/now";
import { Failed } from "../../parts/Trouble";
import { Bones } from "../form/Page";
import { dayWords } from "./day";
import css from "./Hours.module.css";
import type { CalendarEdit, Shown } from "./queries";
import { days, words } from "./week";

/** What is open in the next weeks, as the form stands, with the feeds of the calendar that is in it; 0 for none yet. */
export function Preview({ value, calendar }: { value: CalendarEdit; calendar: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow();
  const shown = useQuery({
    queryKey: ["calendars", "preview", calendar, { ...value, name: "", inboxes: [], teams: [], version: 0 }],
    queryFn: () => post<Shown>(`/calendars/preview?calendar=${calendar}`, { ...value, name: value.name || "?" }),
    placeholderData: keepPreviousData,
    staleTime: 30_000,
    retry: false,
  });
  if (shown.error) {
    return <Failed what={t("hours.preview_failed")} error={shown.error} retry={() => void shown.refetch()} />;
  }
  if (!shown.data) return <Bones rows={3} />;
  const { open, next, event, days: list } = shown.data;
  const there = new Format((key, v) => t(key, v ?? {}), format.language, value.zone);
  const at = next ? there.moment(Date.parse(next), now) : "";
  const first = list[0] ? days.indexOf(weekday(list[0].date)) : 0;
  return (
    <>
      <p role="status">{t(stateWords(open, Boolean(at), Boolean(event)), { at, event })}</p>
      <ul className={css.weeks} aria-label={t("hours.preview")}>
        {days.map((d) => (
          <li key={d} className={css.head} aria-hidden="true">
            {t(`hours.short.${d}`)}
          </li>
        ))}
        {days.slice(0, first).map((d) => (
          <li key={`before${d}`} className={css.blank} aria-hidden="true" />
        ))}
        {list.map((d) => (
          <li
            key={d.date}
            className={css.cell}
            data-shut={d.hours.length === 0 || undefined}
            data-special={d.own || d.holiday || d.events ? true : undefined}
          >
            <b>{dayWords(format, d.date)}</b>
            {d.hours.length > 0 ? d.hours.map(words).join(", ") : t("hours.closed")}
            {(d.name || d.holiday) && <div>{d.name || t(`hours.holiday.${d.holiday}`)}</div>}
            {d.events && <div>{d.events}</div>}
          </li>
        ))}
      </ul>
    </>
  );
}

function stateWords(open: boolean, changes: boolean, event: boolean): string {
  if (open) return changes ? "hours.open_until" : "hours.always_open";
  if (event) return changes ? "hours.opens_after" : "hours.never_by";
  return changes ? "hours.opens_at" : "hours.never";
}

function weekday(date: string): (typeof days)[number] {
  return new Date(`${date}T12:00:00Z`).getUTCDay() as (typeof days)[number];
}
