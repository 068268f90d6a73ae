import { useTranslation } from "react-i18next";
import { useFormat } from "../../../i18n/format";
import { Icon } from "../../../parts/Icon";
import { countryWords, dayWords } from "../../../settings/hours/day";
import type { Limit } from "../statutes/queries";
import css from "./Clocks.module.css";

const looks = { running: "running", late: "breached", met: "met", met_late: "met", withdrawn: "paused" } as const;
const icons = { running: "clock", late: "alert", met: "check", met_late: "check", withdrawn: "close" } as const;

/** What the law asks for among what is promised: until when, and how that is counted. The customer panel says the rest. */
export function ByLaw({ limit: l }: { limit: Limit }) {
  const { t } = useTranslation();
  const format = useFormat();
  const day = (d: string) => dayWords(format, d);
  return (
    <section className={css.clock} data-state={looks[l.state]}>
      <h3>
        <Icon name={icons[l.state]} size={16} />
        <span>{l.name}</span>
        <span className={css.when}>{t(`statute.state.${l.state}`, { day: day(l.last) })}</span>
      </h3>
      <p className={css.by}>
        {t("statute.why", {
          received: day(l.received),
          term: t(`statute.${l.term.count}`, { count: l.term.days }),
          country: countryWords(format, l.term.country),
        })}
        {l.last !== l.first && ` ${t("statute.was", { day: day(l.first) })}`}
      </p>
    </section>
  );
}
