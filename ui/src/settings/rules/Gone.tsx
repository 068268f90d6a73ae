import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useDirectory } from "../../api/queries";
import { useFormat } from "../../i18n/format";
import list from "../list.module.css";
import css from "../policies/Policies.module.css";
import { goneQuery } from "./queries";

/** Rules that were deleted, folded away; each can be brought back. */
export function Gone({ bringBack }: { bringBack: (id: number, version: number) => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const directory = useDirectory();
  const gone = useQuery(goneQuery).data ?? [];
  if (gone.length === 0) return null;
  return (
    <details className={css.gone}>
      <summary>{t("rule.gone", { count: gone.length, shown: format.number(gone.length) })}</summary>
      <ul className={css.order}>
        {gone.map((r) => (
          <li key={r.id} className={list.row}>
            <div className={list.body}>
              <div className={list.name}>{r.name}</div>
              <div className={list.quiet}>
                {t("rule.what.deleted", { who: r.by ? (directory.agent(r.by)?.name ?? `#${r.by}`) : "Tellus" })},{" "}
                {format.weekdayMoment(Date.parse(r.at))}
              </div>
            </div>
            <div className={list.acts}>
              <Button onClick={() => bringBack(r.id, r.version)} aria-label={`${t("rule.bring_back")}: ${r.name}`}>
                {t("rule.bring_back")}
              </Button>
            </div>
          </li>
        ))}
      </ul>
    </details>
  );
}
