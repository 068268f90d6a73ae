import { useTranslation } from "react-i18next";
import { useFormat } from "../i18n/format";
import css from "./Figures.module.css";
import type { Figures } from "./queries";

/** What came and what was resolved day by day: two bars each, and the same as a table for who does not look at pictures. */
export function Days({ days }: { days: Figures["days"] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const now = Date.now();
  const most = Math.max(1, ...days.map((d) => Math.max(d.received, d.resolved)));
  const words = (d: (typeof days)[number]) => format.shortDay(Date.parse(`${d.date}T12:00:00`), now);
  const every = Math.ceil(days.length / 8);
  return (
    <figure className={css.days}>
      <figcaption>
        <strong>{t("figures.by_day")}</strong>
        <span className={css.legend} data-of="received">
          {t("figures.received")}
        </span>
        <span className={css.legend} data-of="resolved">
          {t("figures.resolved")}
        </span>
      </figcaption>
      <div className={css.chart} aria-hidden="true">
        <span className={css.most}>{format.number(most)}</span>
        {days.map((d, i) => (
          <div key={d.date} className={css.day} title={`${words(d)}: ${d.received} / ${d.resolved}`}>
            <div className={css.bars}>
              <i data-of="received" style={{ height: `${(d.received / most) * 100}%` }} />
              <i data-of="resolved" style={{ height: `${(d.resolved / most) * 100}%` }} />
            </div>
            <small>{i % every === 0 ? words(d) : ""}</small>
          </div>
        ))}
      </div>
      <table className="unseen">
        <caption>{t("figures.by_day")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("figures.day")}</th>
            <th scope="col">{t("figures.received")}</th>
            <th scope="col">{t("figures.resolved")}</th>
          </tr>
        </thead>
        <tbody>
          {days.map((d) => (
            <tr key={d.date}>
              <th scope="row">{words(d)}</th>
              <td>{d.received}</td>
              <td>{d.resolved}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}
