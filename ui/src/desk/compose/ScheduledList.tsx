import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { scheduledQuery } from "../../api/queries";
import { useFormat } from "../../i18n/format";
import { loadWords } from "../../i18n/i18n";
import { Icon } from "../../parts/Icon";
import { Pill } from "../../parts/Pill";
import { Failed } from "../../parts/Trouble";
import css from "./Drafts.module.css";

const OtherTime = lazy(() => Promise.all([import("./OtherTime"), loadWords("mail")]).then(([m]) => m));

/** One's own mails that wait for their time, the next first; nothing where there are none. */
export function ScheduledList() {
  const { t } = useTranslation();
  const format = useFormat();
  const found = useQuery({ ...scheduledQuery, staleTime: 0 });
  if (found.isError)
    return <Failed what={t("draft.scheduled_failed")} error={found.error} retry={() => void found.refetch()} />;
  if (!found.data?.length) return null;
  return (
    <section aria-label={t("draft.scheduled")}>
      <h2 className={css.section}>{t("draft.scheduled")}</h2>
      <ul className={css.list}>
        {found.data.map((m) => (
          <li key={m.message} className={css.row}>
            <Link to="/view/$view/$number" params={{ view: "mine", number: String(m.number) }} className={css.open}>
              <span className={css.top}>
                <b className="cut">{m.to.map((a) => a.name || a.address).join(", ")}</b>
                <span className={css.when}>
                  {m.held ? (
                    <Pill tone="late">{t("draft.held")}</Pill>
                  ) : (
                    <>
                      <Icon name="clock" size={13} /> {format.weekdayMoment(Date.parse(m.sendAt))}
                    </>
                  )}
                </span>
              </span>
              <span className={`cut ${css.subject}`}>{m.subject || t("list.no_subject")}</span>
              <span className={`cut ${css.words}`}>{m.preview}</span>
            </Link>
            <Suspense>
              <OtherTime message={m.message} number={m.number} sendAt={m.sendAt} className={css.time} />
            </Suspense>
          </li>
        ))}
      </ul>
    </section>
  );
}
