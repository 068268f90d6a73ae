import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { type Segment, segmentCountQuery } from "../api/segments";
import { useMay } from "../app/session";
import { useFormat } from "../i18n/format";
import { Icon } from "../parts/Icon";
import { SegmentFile } from "./SegmentFile";
import css from "./Segments.module.css";

interface Props {
  all: Segment[] | undefined;
  chosen: number | undefined;
  choose: (id: number | undefined) => void;
  edit: (segment: Segment | "new") => void;
}

/** The segments that the reader has, with how many belong to each. */
export function Segments({ all, chosen, choose, edit }: Props) {
  const { t } = useTranslation();
  const mayExport = useMay("conversation.export");
  const now = all?.find((s) => s.id === chosen);
  return (
    <nav className={css.bar} aria-label={t("segments.title")}>
      <button type="button" className={css.one} aria-pressed={!chosen} onClick={() => choose(undefined)}>
        {t("segments.all")}
      </button>
      {all?.map((s) => (
        <One key={s.id} segment={s} chosen={s.id === chosen} choose={() => choose(s.id)} />
      ))}
      {now?.mayChange && (
        <button type="button" className={css.act} onClick={() => edit(now)}>
          <Icon name="pencil" size={15} />
          {t("segments.edit")}
        </button>
      )}
      {now && mayExport && <SegmentFile key={now.id} segment={now.id} />}
      <button type="button" className={css.act} onClick={() => edit("new")}>
        <Icon name="plus" size={15} />
        {t("segments.create")}
      </button>
      {now?.broken && (
        <p role="alert" className={css.broken}>
          {t("segments.broken")}
        </p>
      )}
    </nav>
  );
}

function One({ segment, chosen, choose }: { segment: Segment; chosen: boolean; choose: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const tally = useQuery(segmentCountQuery(segment.id)).data;
  return (
    <button
      type="button"
      className={css.one}
      aria-pressed={chosen}
      onClick={choose}
      title={segment.filling.done ? undefined : t("segments.filling")}
    >
      <span className="cut">{segment.name}</span>
      {tally && (
        <span className={css.count}>
          {tally.estimate && "≈ "}
          {format.number(tally.count)}
          {tally.capped && "+"}
        </span>
      )}
    </button>
  );
}
