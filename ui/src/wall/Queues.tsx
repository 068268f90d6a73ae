import { useTranslation } from "react-i18next";
import type { Format } from "../i18n/format";
import { Pill, type Tone } from "../parts/Pill";
import { share, toneOf } from "./sums";
import type { Picture } from "./Wall";
import css from "./Wall.module.css";

type Queue = Picture["queues"][number];

/** A line for each team, in the order of the board; those that find no room come next. */
export function Queues({
  queues,
  pages,
  at,
  now,
  format,
}: {
  queues: readonly Queue[];
  pages: number;
  at: number;
  now: number;
  format: Format;
}) {
  const { t } = useTranslation();
  return (
    <section className={css.card} aria-labelledby="wall-queues">
      <h2 id="wall-queues">
        {t("wallboard.queues")}
        {pages > 1 && <small>{t("wallboard.page", { n: at + 1, of: pages })}</small>}
      </h2>
      {queues.length === 0 && <p className={css.hint}>{t("wallboard.no_queues")}</p>}
      {queues.length > 0 && (
        <div className={css.scroll}>
          <table className={css.table} data-few={queues.length <= 5 || undefined}>
            <thead>
              <tr>
                <th scope="col">{t("wallboard.team")}</th>
                <th scope="col">{t("wallboard.open")}</th>
                <th scope="col">{t("wallboard.waits")}</th>
                <th scope="col">{t("wallboard.due")}</th>
                <th scope="col">{t("wallboard.kept_today")}</th>
                <th scope="col">{t("wallboard.people")}</th>
              </tr>
            </thead>
            <tbody>
              {queues.map((q) => (
                <Row key={q.team} queue={q} now={now} format={format} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function Row({ queue: q, now, format }: { queue: Queue; now: number; format: Format }) {
  const { t } = useTranslation();
  const kept = share(q.kept, q.kept + q.broken);
  const [words, tone] = due(q, now);
  function due(q: Queue, now: number): [words: string, tone: Tone] {
    if (q.late > 0) return [t("wallboard.late", { count: q.late }), "late"];
    if (!q.due) return [t("wallboard.no_promise"), "grey"];
    const left = Date.parse(q.due) - now;
    if (left <= 0) return [t("wallboard.late", { count: 1 }), "late"];
    return [t("wallboard.in", { span: format.span(left) }), q.soon ? "warn" : "grey"];
  }
  return (
    <tr>
      <th scope="row">{q.team || t("wallboard.no_team")}</th>
      <td>{format.number(q.open)}</td>
      <td>{q.since ? format.span(now - Date.parse(q.since)) : "–"}</td>
      <td>
        <Pill tone={tone}>{words}</Pill>
      </td>
      <td data-tone={toneOf(kept)}>{kept === undefined ? "–" : t("wallboard.percent", { n: kept })}</td>
      <td data-tone={q.people === 0 && q.waiting > 0 ? "late" : undefined}>
        {q.people < 0 ? "–" : format.number(q.people)}
      </td>
    </tr>
  );
}
