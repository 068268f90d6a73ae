import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { post } from "../../api/client";
import { useDirectory } from "../../api/queries";
import { Format, useFormat } from "../../i18n/format";
import { colourOf } from "../../parts/Avatar";
import { Failed } from "../../parts/Trouble";
import { Bones } from "../form/Page";
import { barsOf, midnightsFrom } from "./bars";
import css from "./Duty.module.css";
import type { RosterEdit, RosterPlan } from "./queries";

/** Who is on duty in the next two weeks, as the form stands: a day a line, what nobody covers is hatched. */
export function Strip({ value }: { value: RosterEdit }) {
  const { t } = useTranslation();
  const format = useFormat();
  const directory = useDirectory();
  const shown = useQuery({
    queryKey: ["rosters", "preview", { ...value, name: "", version: 0 }],
    queryFn: () => post<RosterPlan>("/rosters/preview?days=14", { ...value, name: value.name || "?" }),
    placeholderData: keepPreviousData,
    staleTime: 30_000,
    retry: false,
  });
  if (shown.error) {
    return <Failed what={t("duty.preview_failed")} error={shown.error} retry={() => void shown.refetch()} />;
  }
  if (!shown.data) return <Bones rows={3} />;
  const there = new Format((key, v) => t(key, v ?? {}), format.language, value.zone);
  const weekday = new Intl.DateTimeFormat(format.language === "en" ? "en-GB" : format.language, {
    timeZone: value.zone,
    weekday: "short",
    day: "numeric",
    month: "short",
  });
  const key = new Intl.DateTimeFormat("en-CA", { timeZone: value.zone, dateStyle: "short" });
  const midnights = midnightsFrom(Date.parse(shown.data.from), Date.parse(shown.data.to), (at) => key.format(at));
  const days = barsOf(shown.data, midnights);
  const bare = days.reduce((sum, d) => sum + d.bars.reduce((s, b) => s + (b.first.length ? 0 : b.to - b.from), 0), 0);
  const name = (id: number) => directory.agent(id)?.name ?? t("duty.gone");
  const words = (from: number, to: number, first: number[], others: number[]) => {
    const hours = `${there.clock(from)}–${there.clock(to)}`;
    if (first.length === 0) return `${hours}: ${t("duty.nobody")}`;
    const behind = others.length ? `, ${t("duty.behind", { names: format.list(others.map(name)) })}` : "";
    return `${hours}: ${format.list(first.map(name))}${behind}`;
  };
  return (
    <>
      <p role="status">{bare > 0 ? t("duty.bare", { span: format.span(bare) }) : t("duty.covered")}</p>
      <ul className={css.strip} aria-label={t("duty.preview")}>
        {days.map((d) => (
          <li key={d.begins} className={css.line}>
            <span className={css.day}>{weekday.format(d.begins)}</span>
            <span className={css.track}>
              {d.bars.map((b) => {
                const [who] = b.first;
                const said = words(b.from, b.to, b.first, b.others);
                return (
                  <span
                    key={b.from}
                    className={css.bar}
                    data-bare={who === undefined || undefined}
                    style={{
                      left: `${b.at * 100}%`,
                      width: `${b.width * 100}%`,
                      background: who === undefined ? undefined : colourOf(`agent:${who}`),
                    }}
                    title={said}
                  >
                    <span aria-hidden="true">{who === undefined ? "" : format.list(b.first.map(name))}</span>
                    <span className="unseen">{said}</span>
                  </span>
                );
              })}
            </span>
          </li>
        ))}
      </ul>
      <p className={css.clock} aria-hidden="true">
        <span>00:00</span>
        <span>06:00</span>
        <span>12:00</span>
        <span>18:00</span>
        <span>24:00</span>
      </p>
    </>
  );
}
