import { useTranslation } from "react-i18next";
import { Icon } from "../../parts/Icon";
import { Wrong } from "../form/fields";
import css from "./Policies.module.css";
import type { Target } from "./queries";
import { TimeField } from "./TimeField";
import { doubtOf, kinds, priorities, timeOf, withTime } from "./targets";

interface Props {
  targets: Target[];
  change: (targets: Target[]) => void;
  /** What is wrong with all of them, or with a kind's time at a priority: "first_answer.3". */
  error: (at?: string) => string | undefined;
  /** They count opening hours. */
  open: boolean;
  /** Minutes of a day, where somebody types days. */
  day: number;
}

/** What is promised: a time for each kind and priority, as a table, or as blocks below each other where there is no room for one. */
export function Targets({ targets, change, error, open, day }: Props) {
  const { t } = useTranslation();
  return (
    <>
      <div className={css.targets}>
        <div className={css.columns} aria-hidden="true">
          <span />
          {priorities.map((p) => (
            <span key={p}>{t(`priority.${p}`)}</span>
          ))}
        </div>
        {kinds.map((kind) => {
          const doubt = doubtOf(targets, kind);
          return (
            <fieldset key={kind} className={css.target}>
              <legend className="unseen">{t(`policy.kind.${kind}`)}</legend>
              <div className={css.kind} aria-hidden="true">
                <strong>{t(`policy.kind.${kind}`)}</strong>
                <small>{t(`policy.kind_hint.${kind}`)}</small>
              </div>
              {priorities.map((p) => (
                <TimeField
                  key={p}
                  label={t("policy.time_of", { kind: t(`policy.kind.${kind}`), priority: t(`priority.${p}`) })}
                  short={t(`priority.${p}`)}
                  minutes={timeOf(targets, kind, p)}
                  change={(minutes) => change(withTime(targets, kind, p, minutes))}
                  error={error(`${kind}.${p}`)}
                  open={open}
                  day={day}
                />
              ))}
              {doubt && (
                <p className={css.doubt} role="status">
                  <Icon name="alert" size={15} />
                  {doubt.why === "slower"
                    ? t("policy.doubt.slower", {
                        higher: t(`priority.${doubt.higher}`),
                        lower: t(`priority.${doubt.lower}`),
                      })
                    : t(`policy.doubt.${doubt.why}`, { priority: t(`priority.${doubt.priority}`) })}
                </p>
              )}
            </fieldset>
          );
        })}
      </div>
      <Wrong error={error()} />
    </>
  );
}
