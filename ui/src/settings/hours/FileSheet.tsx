import { Button } from "@mantine/core";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { post } from "../../api/client";
import type { components } from "../../api/schema";
import { useFormat } from "../../i18n/format";
import { Sheet, SheetBody } from "../../parts/Sheet";
import { inWords } from "../../parts/trouble";
import list from "../list.module.css";
import type { CalendarDay, CalendarEdit, Span } from "./queries";
import { words } from "./week";

type Read = components["schemas"]["CalendarFile"];

interface Props {
  calendar: CalendarEdit;
  /** The dates that were chosen; those of the form that they stand for go. */
  take: (days: CalendarDay[]) => void;
  close: () => void;
}

/** Reads an iCalendar file and offers the dates on which its events leave fewer hours. What is chosen goes into the form, and is saved with it. */
export function FileSheet({ calendar, take, close }: Props) {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const input = useRef<HTMLInputElement>(null);
  const [read, setRead] = useState<Read>();
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const open = async (file: File) => {
    setBusy(true);
    setProblem("");
    setRead(undefined);
    try {
      const found = await post<Read>("/calendars/file", { file: await file.text(), calendar });
      setRead(found);
      setChosen(found.items.filter((i) => !i.own).map((i) => i.date));
    } catch (err) {
      setProblem(inWords(t, err));
    }
    setBusy(false);
  };
  const hours = (spans: readonly Span[]) => (spans.length > 0 ? format.list(spans.map(words)) : t("hours.file_closed"));
  return (
    <Sheet label={t("hours.file")} close={close}>
      <SheetBody
        title={t("hours.file")}
        foot={
          <>
            <Button onClick={close}>{t("common.cancel")}</Button>
            <Button
              variant="filled"
              disabled={chosen.length === 0}
              onClick={() => {
                take(
                  (read?.items ?? [])
                    .filter((i) => chosen.includes(i.date))
                    .map(({ date, name, hours }) => ({ date, name, hours })),
                );
                close();
              }}
            >
              {t("hours.file_do", { count: chosen.length })}
            </Button>
          </>
        }
      >
        <p>{t("hours.file_about")}</p>
        <Button loading={busy} onClick={() => input.current?.click()}>
          {t("hours.file_choose")}
        </Button>
        <input
          ref={input}
          type="file"
          accept="text/calendar,.ics,.ical,.ifb"
          hidden
          tabIndex={-1}
          aria-label={t("hours.file_choose")}
          onChange={(e) => {
            const file = e.target.files?.[0];
            e.target.value = "";
            if (file) void open(file);
          }}
        />
        {problem && <p role="alert">{problem}</p>}
        {read?.cut && <p role="alert">{t("hours.file_cut")}</p>}
        {read && read.items.length === 0 && <p role="status">{t("hours.file_nothing")}</p>}
        {read && read.items.length > 0 && (
          <section aria-label={t("hours.file_dates")}>
            <h3>{t("hours.file_dates")}</h3>
            {read.items.map((i) => {
              const day = dateWords(i.date, i18n.language);
              return (
                <label key={i.date} className={list.row}>
                  <input
                    type="checkbox"
                    checked={chosen.includes(i.date)}
                    aria-label={t("hours.file_take", { date: day })}
                    onChange={(e) =>
                      setChosen(e.target.checked ? [...chosen, i.date] : chosen.filter((d) => d !== i.date))
                    }
                  />
                  <div className={list.body}>
                    <div className={list.name}>{[day, i.name].filter(Boolean).join(": ")}</div>
                    <div className={list.more}>
                      {hours(i.hours)} · {t("hours.file_before", { hours: hours(i.before) })}
                      {i.own && ` · ${t("hours.file_own")}`}
                    </div>
                  </div>
                </label>
              );
            })}
          </section>
        )}
        {read && read.unread.length > 0 && (
          <section aria-label={t("hours.file_unread")}>
            <h3>{t("hours.file_unread")}</h3>
            <ul>
              {read.unread.map((u, at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: events may have the same name
                <li key={at}>
                  {u.name || "?"}: {t(`hours.file_why.${u.why}`)}
                </li>
              ))}
            </ul>
          </section>
        )}
      </SheetBody>
    </Sheet>
  );
}

/** "Tue, 24 November 2026". */
function dateWords(date: string, language: string): string {
  return new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, {
    weekday: "short",
    day: "numeric",
    month: "long",
    year: "numeric",
    timeZone: "UTC",
  }).format(Date.parse(`${date}T12:00:00Z`));
}
