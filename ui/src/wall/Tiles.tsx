import { useTranslation } from "react-i18next";
import type { Format } from "../i18n/format";
import { points, share, toneOf } from "./sums";
import type { Picture } from "./Wall";
import css from "./Wall.module.css";

type Tone = "ok" | "warn" | "late" | "quiet";

/** The four numbers that are read from across the room. */
export function Tiles({ picture: p, now, format }: { picture: Picture; now: number; format: Format }) {
  const { t } = useTranslation();
  const percent = (n: number | undefined) => (n === undefined ? "–" : t("wallboard.percent", { n }));
  const { median, kept, broken } = p.firstAnswer;
  const inTime = share(kept, kept + broken);
  const c = p.firstContact;
  const once = share(c.once, c.resolved);
  const rose = points(c.once, c.resolved, c.onceBefore, c.resolvedBefore);
  return (
    <div className={css.tiles}>
      <Tile
        label={t("wallboard.first_answer")}
        value={median < 0 ? "–" : format.span(median * 1000)}
        more={inTime === undefined ? t("wallboard.none_promised") : t("wallboard.kept", { n: inTime })}
        tone={toneOf(inTime)}
      />
      <Tile
        label={t("wallboard.first_contact")}
        value={percent(once)}
        more={
          rose === undefined
            ? t("wallboard.of", { count: c.resolved })
            : t("wallboard.points", { points: signed(rose) })
        }
        tone={rose === undefined ? "quiet" : rose < 0 ? "warn" : "ok"}
      />
      <Tile
        label={t("wallboard.waiting")}
        value={format.number(p.waiting.count)}
        more={
          p.waiting.since
            ? t("wallboard.longest", { span: format.span(now - Date.parse(p.waiting.since)) })
            : t("wallboard.nobody_waits")
        }
        tone={p.waiting.since ? "quiet" : "ok"}
      />
      <Complaints picture={p} now={now} format={format} />
    </div>
  );
}

const signed = (n: number) => (n < 0 ? `−${-n}` : `+${n}`);

function Complaints({ picture: { complaints: c }, now, format }: { picture: Picture; now: number; format: Format }) {
  const { t } = useTranslation();
  const due = c.due ? Date.parse(c.due) - now : undefined;
  const late = c.late > 0 || (due !== undefined && due <= 0);
  let more = t("wallboard.no_complaints");
  if (c.late > 0) more = t("wallboard.late", { count: c.late });
  else if (due !== undefined) {
    more = due > 0 ? t("wallboard.next_due", { span: format.span(due) }) : t("wallboard.late", { count: 1 });
  }
  const tone = late ? "late" : c.soon ? "warn" : c.count > 0 ? "quiet" : "ok";
  return <Tile label={t("wallboard.complaints")} value={format.number(c.count)} more={more} tone={tone} loud={late} />;
}

function Tile({
  label,
  value,
  more,
  tone,
  loud,
}: {
  label: string;
  value: string;
  more: string;
  tone: Tone;
  loud?: boolean;
}) {
  return (
    <section className={css.tile} aria-label={label}>
      <span>{label}</span>
      <strong data-tone={loud ? tone : undefined}>{value}</strong>
      <small data-tone={tone}>{more}</small>
    </section>
  );
}
