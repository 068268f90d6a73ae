import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useDeferredValue } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../i18n/format";
import { Icon } from "../../parts/Icon";
import css from "./Policies.module.css";
import { honestQuery, type PolicyEdit } from "./queries";

/** What share of the promises would have been kept, by what happened: a line and a bar for each kind, and which would be too bold. */
export function Honest({ id, policy }: { id: number; policy: PolicyEdit }) {
  const { t } = useTranslation();
  const format = useFormat();
  const asked = useDeferredValue(policy);
  const found = useQuery({
    ...honestQuery(id, asked),
    placeholderData: keepPreviousData,
    enabled: asked.targets.length > 0,
  });
  const h = asked.targets.length > 0 ? found.data : undefined;
  if (!h) return null;
  const known = h.shares.filter((s) => s.looked > 0);
  return (
    <div className={css.honest} role="status" aria-label={t("policy.honest.title")}>
      <h3>{t("policy.honest.title")}</h3>
      {known.length === 0 && <p className={css.hint}>{t("policy.honest.nothing")}</p>}
      {known.map((s) => {
        const percent = Math.floor((s.kept * 100) / s.looked);
        const what = t(`policy.kind.${s.kind}`);
        return (
          <div key={s.kind} className={css.share} data-bold={s.bold || undefined}>
            <p>
              <strong>{what}</strong>
              <span className={css.percent}>{t("policy.honest.percent", { percent })}</span>
              <span className={css.hint}>
                {t("policy.honest.of", { count: s.looked, shown: format.number(s.looked) })}
                {" · "}
                {t("policy.honest.half", { span: format.span(s.half * 1000) })}
              </span>
            </p>
            <progress max={s.looked} value={s.kept} aria-label={t("policy.honest.bar", { what, percent })} />
            {s.bold && (
              <p className={css.doubt}>
                <Icon name="alert" size={15} />
                {t("policy.honest.bold", { aim: h.aim, span: format.span(Math.ceil(s.aimed / 60) * 60_000) })}
              </p>
            )}
          </div>
        );
      })}
      {known.length > 0 && h.since && (
        <p className={css.hint}>
          {t("policy.honest.since", {
            count: h.looked,
            shown: format.number(h.looked),
            date: format.shortDay(Date.parse(h.since), Date.now()),
          })}
        </p>
      )}
    </div>
  );
}
