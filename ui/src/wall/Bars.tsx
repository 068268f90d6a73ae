import { useTranslation } from "react-i18next";
import type { Format } from "../i18n/format";
import { share, toneOf } from "./sums";
import type { Picture } from "./Wall";
import css from "./Wall.module.css";

/** Why people were unhappy, or whatever the field asks, over 30 days; else how the promises that ended today were kept. */
export function Bars({ picture: p, format }: { picture: Picture; format: Format }) {
  const { t } = useTranslation();
  const r = p.reasons;
  const most = Math.max(1, ...(r?.items.map((i) => i.count) ?? []));
  return (
    <section className={css.card} aria-labelledby="wall-bars">
      <h2 id="wall-bars">{r ? t("wallboard.reasons", { field: r.field, count: r.days }) : t("wallboard.promises")}</h2>
      {(r ? r.items.length === 0 : p.promises.length === 0) && (
        <p className={css.hint}>{t(r ? "wallboard.no_reasons" : "wallboard.no_promises")}</p>
      )}
      <ul className={css.bars}>
        {r?.items.map((i) => (
          <li key={i.name}>
            <span>{i.name}</span>
            <i style={{ width: `${(i.count / most) * 100}%` }} data-tone="late" />
            <b>{format.number(i.count)}</b>
          </li>
        ))}
        {!r &&
          p.promises.map((k) => {
            const n = share(k.kept, k.kept + k.broken) ?? 0;
            return (
              <li key={k.kind}>
                <span>{t(`clock.kind.${k.kind}`)}</span>
                <i style={{ width: `${n}%` }} data-tone={toneOf(n)} />
                <b>{t("wallboard.percent", { n })}</b>
              </li>
            );
          })}
      </ul>
    </section>
  );
}
