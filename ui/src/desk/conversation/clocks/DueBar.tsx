import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Conversation } from "../../../api/types";
import { useFormat } from "../../../i18n/format";
import { useNow } from "../../../i18n/now";
import css from "./DueBar.module.css";
import { type Clock, clocksQuery } from "./queries";
import { spentNow, standing } from "./spent";

/** How much of the promise that is due next has gone: a line below the head of the conversation, with a mark where it is warned of. */
export default function DueBar({ row }: { row: Conversation }) {
  const clocks = useQuery(clocksQuery(row.id, row.version)).data?.items;
  const next = clocks?.find((c) => c.kind === row.dueFor);
  return next ? <Bar clock={next} /> : null;
}

function Bar({ clock: c }: { clock: Clock }) {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow();
  const spent = Math.min(spentNow(c, now), c.target);
  const words = t("clock.spent", { spent: format.span(spent * 1000), target: format.span(c.target * 1000) });
  return (
    <div
      className={css.bar}
      data-state={standing(c, now)}
      role="progressbar"
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round((spent / c.target) * 100)}
      aria-valuetext={words}
      aria-label={t(`clock.kind.${c.kind}`)}
      title={`${t(`clock.kind.${c.kind}`)}: ${words}`}
    >
      <span style={{ inlineSize: `${(spent / c.target) * 100}%` }} />
    </div>
  );
}
