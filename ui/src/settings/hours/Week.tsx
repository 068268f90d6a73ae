import { Button } from "@mantine/core";
import { type KeyboardEvent, type PointerEvent, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "../../parts/Icon";
import { Wrong } from "../form/fields";
import { Clock } from "./Clock";
import css from "./Hours.module.css";
import type { Span } from "./queries";
import { clockOf, days, midnight, moved, next, presets, span, words } from "./week";

interface Props {
  week: Span[][];
  change: (week: Span[][]) => void;
  error: (location: string) => string | undefined;
}

/** A week as bars: their edges are dragged, moved with arrow keys, or typed. */
export function Week({ week, change, error }: Props) {
  const { t } = useTranslation();
  const set = (day: number, hours: Span[]) => change(week.map((h, d) => (d === day ? hours : h)));
  return (
    <>
      <div className={css.presets}>
        {(Object.keys(presets) as (keyof typeof presets)[]).map((p) => (
          <Button key={p} onClick={() => change(presets[p])}>
            {t(`hours.preset.${p}`)}
          </Button>
        ))}
      </div>
      <Wrong error={error("week")} />
      {days.map((day) => (
        <Day
          key={day}
          name={t(`hours.day.${day}`)}
          hours={week[day] ?? []}
          change={(hours) => set(day, hours)}
          error={(week[day] ?? []).map((_, i) => error(`week[${day}][${i}]`)).find(Boolean)}
        />
      ))}
    </>
  );
}

/** The hours of one day, as a bar and as times. */
export function Day({
  name,
  hours,
  change,
  error,
}: {
  name: string;
  hours: Span[];
  change: (hours: Span[]) => void;
  error?: string;
}) {
  const { t } = useTranslation();
  const more = next(hours);
  const replace = (i: number, s: Span) => change(hours.map((h, at) => (at === i ? s : h)));
  return (
    <fieldset className={css.day}>
      <legend className={css.name}>{name}</legend>
      <div className={css.track}>
        {hours.map((h, i) => (
          <Bar key={i} name={name} span={h} change={(s) => replace(i, s)} />
        ))}
      </div>
      <div className={css.times}>
        {hours.length === 0 && <span className={css.closed}>{t("hours.closed")}</span>}
        {hours.map((h, i) => (
          <span key={i} className={css.span}>
            <Clock label={t("hours.from", { day: name })} value={h.from} change={(at) => replace(i, span(at, h.to))} />
            <span aria-hidden="true">–</span>
            <Clock label={t("hours.to", { day: name })} value={h.to} change={(at) => replace(i, span(h.from, at))} />
            {h.to > midnight && <span className={css.closed}>{t("hours.next_day")}</span>}
            <button
              type="button"
              className={css.drop}
              aria-label={t("hours.drop", { day: name, hours: words(h) })}
              onClick={() => change(hours.filter((_, at) => at !== i))}
            >
              <Icon name="close" size={14} />
            </button>
          </span>
        ))}
        {more && hours.length < 10 && (
          <button
            type="button"
            className={css.add}
            aria-label={t("hours.add", { day: name })}
            onClick={() => change([...hours, more])}
          >
            <Icon name="plus" size={14} />
          </button>
        )}
      </div>
      <Wrong error={error} />
    </fieldset>
  );
}

function Bar({ name, span: s, change }: { name: string; span: Span; change: (s: Span) => void }) {
  const { t } = useTranslation();
  const bar = useRef<HTMLDivElement>(null);
  const at = (m: number) => `${(Math.min(m, midnight) / midnight) * 100}%`;
  const drag = (edge: "from" | "to") => (e: PointerEvent<HTMLElement>) => {
    const track = bar.current?.parentElement?.getBoundingClientRect();
    if (!track || !e.currentTarget.hasPointerCapture(e.pointerId)) return;
    change(moved(s, edge, ((e.clientX - track.left) / track.width) * midnight));
  };
  const key = (edge: "from" | "to") => (e: KeyboardEvent) => {
    const by = { ArrowLeft: -15, ArrowDown: -15, ArrowRight: 15, ArrowUp: 15, PageDown: -60, PageUp: 60 }[e.key];
    if (by === undefined) return;
    e.preventDefault();
    change(moved(s, edge, s[edge] + by));
  };
  return (
    <div ref={bar} className={css.bar} style={{ left: at(s.from), right: `calc(100% - ${at(s.to)})` }}>
      {(["from", "to"] as const).map((edge) => (
        <span
          key={edge}
          role="slider"
          tabIndex={0}
          className={css.edge}
          data-edge={edge}
          aria-label={t(`hours.${edge}`, { day: name })}
          aria-valuemin={0}
          aria-valuemax={2 * midnight - 1}
          aria-valuenow={s[edge]}
          aria-valuetext={clockOf(s[edge])}
          onKeyDown={key(edge)}
          onPointerDown={(e) => e.currentTarget.setPointerCapture(e.pointerId)}
          onPointerMove={drag(edge)}
        />
      ))}
    </div>
  );
}
