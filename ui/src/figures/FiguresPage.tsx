import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useDirectory } from "../api/queries";
import { useMay, useMe } from "../app/session";
import { useFormat } from "../i18n/format";
import { Icon } from "../parts/Icon";
import { Bone, Late } from "../parts/Skeleton";
import { Failed, Quiet } from "../parts/Trouble";
import { DateField, SelectField } from "../settings/form/fields";
import { Behind } from "./Behind";
import { Days } from "./Days";
import css from "./Figures.module.css";
import { type By, type Figures, figuresQuery, type Line, type Span, type Which } from "./queries";
import { before, broken, csv, dateAt, daysOf, kept, later, share } from "./spans";

const spans = [1, 7, 28] as const;
const bys = ["team", "inbox", "channel"] as const;

/** What a lead measures the desk by. */
export function FiguresPage() {
  const { t } = useTranslation();
  const me = useMe();
  const walls = useMay("setting.manage");
  const navigate = useNavigate();
  const wanted = useSearch({ from: "/inside/figures" });
  const today = dateAt(Date.now(), me.timeZone || "UTC");
  const own = Boolean(wanted.from && wanted.to);
  const days = wanted.days ?? 7;
  const span: Span = {
    from: own ? (wanted.from ?? today) : later(today, 1 - days),
    to: own ? (wanted.to ?? today) : today,
    by: wanted.by ?? "team",
  };
  const show = (change: { days?: number; from?: string; to?: string; by?: By }) =>
    void navigate({ to: "/figures", search: change, replace: true });
  const found = useQuery(figuresQuery(span));
  const former = useQuery(figuresQuery({ ...before(span.from, span.to), by: span.by })).data;
  const [open, setOpen] = useState<{ which: Which; title: string }>();
  const f = found.data;
  return (
    <main className={css.page}>
      <div className={css.column}>
        <header className={css.head}>
          <h1>{t("figures.title")}</h1>
          <fieldset className={css.spans} aria-label={t("figures.span")}>
            {spans.map((n) => (
              <button
                key={n}
                type="button"
                aria-pressed={!own && days === n}
                onClick={() => show({ days: n, by: span.by })}
              >
                {t(`figures.days_${n}`)}
              </button>
            ))}
            <button
              type="button"
              aria-pressed={own}
              onClick={() => show({ from: span.from, to: span.to, by: span.by })}
            >
              {t("figures.own")}
            </button>
          </fieldset>
          <span className={css.grow} />
          <Button renderRoot={(props) => <Link to="/figures/staffing" {...props} />}>{t("figures.staffing")}</Button>
          {walls && (
            <Button renderRoot={(props) => <Link to="/settings/$" params={{ _splat: "wallboards" }} {...props} />}>
              {t("figures.walls")}
            </Button>
          )}
          {f && f.lines.length > 0 && <Csv figures={f} by={span.by} />}
        </header>
        {own && (
          <div className={css.dates}>
            <DateField
              label={t("figures.from")}
              value={span.from}
              max={span.to}
              change={(from) => from && show({ from, to: from > span.to ? from : span.to, by: span.by })}
            />
            <DateField
              label={t("figures.to")}
              value={span.to}
              max={today}
              change={(to) => to && show({ from: to < span.from ? to : span.from, to, by: span.by })}
            />
          </div>
        )}
        {found.isPending && (
          <Late>
            <Bone width="100%" />
            <Bone width="100%" />
          </Late>
        )}
        {found.isError && <Failed what={t("figures.failed")} error={found.error} retry={() => void found.refetch()} />}
        {f && f.lines.length === 0 && (
          <Quiet icon="chart" title={t("figures.nothing")}>
            <p>{t("figures.nothing_text")}</p>
          </Quiet>
        )}
        {f && f.lines.length > 0 && (
          <div aria-busy={found.isPlaceholderData || undefined}>
            <Tiles total={f.total} former={former?.total} days={daysOf(span.from, span.to)} open={setOpen} />
            {f.days.length > 1 && <Days days={f.days} />}
            <div className={css.pair}>
              <Ages total={f.total} open={setOpen} />
              <Promises total={f.total} open={setOpen} />
            </div>
            <Table figures={f} by={span.by} choose={(by) => show({ ...wanted, by })} open={setOpen} />
          </div>
        )}
        {open && <Behind span={span} {...open} close={() => setOpen(undefined)} />}
      </div>
    </main>
  );
}

type Open = (what: { which: Which; title: string }) => void;

/** The figures that are looked at first, each beside what it was in the span before. */
function Tiles({ total: l, former, days, open }: { total: Line; former: Line | undefined; days: number; open: Open }) {
  const { t } = useTranslation();
  const format = useFormat();
  const percent = (n: number | undefined) => (n === undefined ? "–" : t("figures.percent", { n }));
  const was = (words: string) => t("figures.was", { words, count: days });
  const all: [figure: Which["figure"], value: string, before: string | undefined][] = [
    ["received", format.number(l.received), former && was(format.number(former.received))],
    ["answered", format.number(l.answered), former && was(format.number(former.answered))],
    ["resolved", format.number(l.resolved), former && was(format.number(former.resolved))],
    [
      "first_contact",
      percent(share(l.firstContact, l.resolved)),
      former && was(percent(share(former.firstContact, former.resolved))),
    ],
    [
      "kept",
      percent(share(kept(l), kept(l) + broken(l))),
      former && was(percent(share(kept(former), kept(former) + broken(former)))),
    ],
    ["open", format.number(l.open), undefined],
  ];
  return (
    <div className={css.tiles}>
      {all.map(([figure, value, former]) => (
        <button
          key={figure}
          type="button"
          className={css.tile}
          onClick={() => open({ which: { figure }, title: t(`figures.${figure}`) })}
        >
          <span>{t(`figures.${figure}`)}</span>
          <strong>{value}</strong>
          <small>{former ?? t("figures.now")}</small>
        </button>
      ))}
    </div>
  );
}

function Ages({ total, open }: { total: Line; open: Open }) {
  const { t } = useTranslation();
  const format = useFormat();
  const most = Math.max(1, ...total.ages);
  return (
    <section className={css.card} aria-labelledby="figures-ages">
      <h2 id="figures-ages">{t("figures.ages")}</h2>
      <ul className={css.lines}>
        {total.ages.map((n, i) => {
          const words = t(`figures.age_${(i + 1) as 1 | 2 | 3 | 4 | 5}`);
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: the groups are what they are
            <li key={i}>
              <button
                type="button"
                onClick={() => open({ which: { figure: "open", age: i + 1 }, title: `${t("figures.open")}: ${words}` })}
              >
                <span>{words}</span>
                <i style={{ width: `${(n / most) * 100}%` }} data-late={i === 4 || undefined} />
                <b>{format.number(n)}</b>
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function Promises({ total, open }: { total: Line; open: Open }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <section className={css.card} aria-labelledby="figures-promises">
      <h2 id="figures-promises">{t("figures.promises")}</h2>
      {total.promises.length === 0 && <p className={css.hint}>{t("figures.no_promises")}</p>}
      <ul className={css.lines}>
        {total.promises.map((p) => {
          const words = t(`clock.kind.${p.kind}`);
          return (
            <li key={p.kind} className={css.promise}>
              <span>{words}</span>
              <progress
                max={p.kept + p.broken}
                value={p.kept}
                aria-label={`${words}: ${t("figures.percent", { n: share(p.kept, p.kept + p.broken) ?? 0 })}`}
              />
              <button
                type="button"
                onClick={() =>
                  open({ which: { figure: "kept", kind: p.kind }, title: `${words}: ${t("figures.kept_in_time")}` })
                }
              >
                {t("figures.n_kept", { shown: format.number(p.kept) })}
              </button>
              <button
                type="button"
                data-late={p.broken > 0 || undefined}
                onClick={() =>
                  open({ which: { figure: "broken", kind: p.kind }, title: `${words}: ${t("figures.broken")}` })
                }
              >
                {t("figures.n_broken", { shown: format.number(p.broken) })}
              </button>
            </li>
          );
        })}
      </ul>
      {total.causes.length > 0 && (
        <>
          <h3 className={css.causes}>{t("figures.causes")}</h3>
          <ul className={css.lines}>
            {total.causes.map((c) => (
              <li key={c.cause} className={css.cause}>
                <span>{c.cause ? t(`promise.cause_${c.cause}`) : t("figures.no_cause")}</span>
                <b>{format.number(c.count)}</b>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

const columns = ["received", "answered", "resolved", "first_contact", "kept", "open"] as const;

/** The words for a group. */
function useNames(by: By) {
  const { t } = useTranslation();
  const directory = useDirectory();
  return (key: string): string => {
    if (by === "channel") return t(`channel.${key as "email"}`, { defaultValue: key });
    if (by === "inbox") return directory.inbox(Number(key))?.name ?? `#${key}`;
    return key ? (directory.team(Number(key))?.name ?? t("figures.gone_team")) : t("figures.no_team");
  };
}

function Table({ figures: f, by, choose, open }: { figures: Figures; by: By; choose: (by: By) => void; open: Open }) {
  const { t } = useTranslation();
  const format = useFormat();
  const name = useNames(by);
  const value = (l: Line, figure: (typeof columns)[number]): string => {
    const percent = (n: number | undefined) => (n === undefined ? "–" : t("figures.percent", { n }));
    switch (figure) {
      case "first_contact":
        return percent(share(l.firstContact, l.resolved));
      case "kept":
        return percent(share(kept(l), kept(l) + broken(l)));
      default:
        return format.number(l[figure]);
    }
  };
  return (
    <section className={css.card}>
      <div className={css.by}>
        <SelectField<By>
          label={t("figures.by")}
          value={by}
          change={choose}
          options={bys.map((b) => [b, t(`figures.by_${b}`)] as const)}
        />
      </div>
      <div className={css.scroll}>
        <table className={css.table}>
          <thead>
            <tr>
              <th scope="col">{t(`figures.by_${by}`)}</th>
              {columns.map((c) => (
                <th key={c} scope="col">
                  {t(`figures.${c}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {f.lines.map((l) => (
              <tr key={l.key}>
                <th scope="row">{name(l.key)}</th>
                {columns.map((c) => (
                  <td key={c}>
                    <button
                      type="button"
                      aria-label={`${name(l.key)}, ${t(`figures.${c}`)}: ${value(l, c)}`}
                      onClick={() =>
                        open({ which: { figure: c, key: l.key }, title: `${name(l.key)}: ${t(`figures.${c}`)}` })
                      }
                    >
                      {value(l, c)}
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

/** The table as a file, with what its shares are made of. */
function Csv({ figures: f, by }: { figures: Figures; by: By }) {
  const { t } = useTranslation();
  const name = useNames(by);
  const save = () => {
    const head = [
      t(`figures.by_${by}`),
      ...(["received", "answered", "resolved", "first_contact"] as const).map((c) => t(`figures.${c}`)),
      t("figures.kept_in_time"),
      t("figures.broken"),
      t("figures.open"),
      ...([1, 2, 3, 4, 5] as const).map((i) => `${t("figures.open")}: ${t(`figures.age_${i}`)}`),
    ];
    const row = (words: string, l: Line) => [
      words,
      ...[l.received, l.answered, l.resolved, l.firstContact, kept(l), broken(l), l.open, ...l.ages],
    ];
    const text = csv([head, ...f.lines.map((l) => row(name(l.key), l)), row(t("figures.all"), f.total)]);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
    link.download = `${t("figures.title")} ${f.from} ${f.to}.csv`;
    link.click();
    URL.revokeObjectURL(link.href);
  };
  return (
    <Button leftSection={<Icon name="download" size={16} />} onClick={save}>
      {t("figures.csv")}
    </Button>
  );
}
