import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Conversation } from "../../../api/types";
import { useFormat } from "../../../i18n/format";
import { useNow } from "../../../i18n/now";
import { Icon } from "../../../parts/Icon";
import { Sheet, SheetBody } from "../../../parts/Sheet";
import { Bone, Late } from "../../../parts/Skeleton";
import { Failed } from "../../../parts/Trouble";
import { limitsQuery } from "../statutes/queries";
import { ByLaw } from "./ByLaw";
import css from "./Clocks.module.css";
import { type Clock, clocksQuery, policyNamesQuery, type Stretch } from "./queries";
import { spentNow, standing } from "./spent";

interface Props {
  row: Conversation;
  close: () => void;
}

const icons = { running: "clock", paused: "pause", met: "check", breached: "alert" } as const;

/** What is promised about a conversation, and how each time at which something is due comes about. */
export default function ClocksSheet({ row, close }: Props) {
  const { t } = useTranslation();
  const found = useQuery(clocksQuery(row.id, row.version));
  const clocks = found.data?.items ?? [];
  const limits = useQuery(limitsQuery(row.id, `${row.version} ${row.dueAt ?? ""}`)).data?.items ?? [];
  const next = clocks.find((c) => c.kind === row.dueFor) ?? clocks.find((c) => c.state !== "met");
  return (
    <Sheet label={t("clock.title")} close={close}>
      <SheetBody title={t("clock.title")} foot={<Button onClick={close}>{t("common.close")}</Button>}>
        {found.isPending && (
          <Late>
            <Bone width="60%" />
            <Bone width="90%" />
          </Late>
        )}
        {found.isError && <Failed what={t("clock.failed")} error={found.error} retry={() => void found.refetch()} />}
        {found.data && clocks.length === 0 && limits.length === 0 && <p>{t("clock.none")}</p>}
        {limits.map((l) => (
          <ByLaw key={l.id} limit={l} />
        ))}
        {clocks.map((c) => (
          <One key={c.kind} clock={c} open={c === next} />
        ))}
      </SheetBody>
    </Sheet>
  );
}

function One({ clock: c, open }: { clock: Clock; open: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow();
  const names = useQuery(policyNamesQuery).data?.items;
  const policy = names?.find((p) => p.id === c.policy)?.name ?? t("clock.gone_policy");
  const target = format.span(c.target * 1000);
  const late = c.state === "breached" && c.met;
  const at = c.state === "met" || late ? c.met : c.due;
  const when = at ? format.weekdayMoment(Date.parse(at)) : "";
  const spent = spentNow(c, now);
  const by = c.counts === "clock" ? "by" : c.calendar ? "by_calendar" : "by_open";
  return (
    <section className={css.clock} data-state={standing(c, now)}>
      <h3>
        <Icon name={icons[c.state]} size={16} />
        <span>{t(`clock.kind.${c.kind}`)}</span>
        <span className={css.when}>{t(`clock.state.${late ? "late" : c.state}`, { when })}</span>
      </h3>
      <progress
        className={css.bar}
        max={c.target}
        value={Math.min(spent, c.target)}
        aria-label={t("clock.spent", { spent: format.span(spent * 1000), target })}
      />
      <p className={css.by}>
        {t(`clock.${by}`, { policy, target, calendar: c.calendar })}
        {" · "}
        {t("clock.spent", { spent: format.span(spent * 1000), target })}
      </p>
      {c.step && <p className={css.by}>{t("clock.step", { when: format.weekdayMoment(Date.parse(c.step)) })}</p>}
      <details open={open}>
        <summary>{t("clock.explain")}</summary>
        <ol className={css.stretches}>
          {c.explain.map((s) => (
            <Line key={`${s.from} ${s.what}`} s={s} />
          ))}
        </ol>
        {c.changed && <p className={css.by}>{t("clock.changed")}</p>}
      </details>
    </section>
  );
}

function Line({ s }: { s: Stretch }) {
  const { t } = useTranslation();
  const format = useFormat();
  const from = format.weekdayMoment(Date.parse(s.from));
  const to = s.to && Date.parse(s.to);
  const sameDay = to && format.nearDay(to, Date.parse(s.from)) === "today";
  const span = to
    ? t("clock.until", { from, to: sameDay ? format.clock(to) : format.weekdayMoment(to) })
    : t("clock.since", { from });
  return (
    <li data-what={s.what}>
      <span className={css.span}>{span}</span>
      <span>{whatWords(t as never, s)}</span>
      <span className={css.length}>
        {s.what === "counted" || s.what === "folded" ? format.span(s.seconds * 1000) : ""}
      </span>
    </li>
  );
}

type T = (key: string, values?: Record<string, unknown>) => string;

function whatWords(t: T, s: Stretch): string {
  if (s.what === "paused")
    return t(`clock.paused.${s.why ?? "status"}`, {
      status: s.status ? t(`status.${s.status}`).toLocaleLowerCase() : "",
    });
  if (s.what !== "closed" || !s.shut) return t(`clock.what.${s.what}`);
  const names = (s.days ?? []).map(
    (d) => d.name || (d.holiday ? t(`hours.holiday.${d.holiday}`, { defaultValue: d.holiday }) : d.date),
  );
  if (s.shut === "date" && names.length === 0) return t("clock.shut.date_plain");
  return t(`clock.shut.${s.shut}`, { name: names.join(", ") });
}
