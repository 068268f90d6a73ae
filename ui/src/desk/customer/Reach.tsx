import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Conversation, Customer } from "../../api/types";
import { useNow } from "../../i18n/now";
import { Icon } from "../../parts/Icon";
import css from "./Reach.module.css";
import { clockOf } from "./reach";

const RecordSheet = lazy(() => import("../compose/RecordSheet").then((m) => ({ default: m.RecordSheet })));

/** The words for his clock: only who named hours has any that he likes. */
const said = (c: Customer, late: boolean) => (late && c.hours ? "reach.late" : "reach.now");

/** What a customer's clock shows, on his card. */
export function LocalTime({ customer }: { customer: Customer }) {
  const { t } = useTranslation();
  const clock = clockOf(customer, useNow());
  if (!clock) return null;
  return (
    <p className={css.line} data-late={clock.late || undefined}>
      <Icon name="clock" size={15} />
      <span>{t(said(customer, clock.late), { time: clock.time })}</span>
    </p>
  );
}

/** Where answering begins: how the customer likes to be reached, where that is not by mail, and what time it is for him, where that is late. */
export function Preferred({ customer, row }: { customer: Customer; row: Conversation }) {
  const { t } = useTranslation();
  const clock = clockOf(customer, useNow());
  const [recording, setRecording] = useState(false);
  const way = customer.prefers === "phone" || customer.prefers === "letter" ? customer.prefers : undefined;
  if (!way && !clock?.late) return null;
  const number = customer.addresses.find((a) => a.kind === "phone")?.value;
  return (
    <div className={css.preferred} role="note">
      {clock?.late && (
        <p className={css.line} data-late>
          <Icon name="clock" size={15} />
          <span>{t(said(customer, true), { time: clock.time })}</span>
        </p>
      )}
      {way && (
        <p className={css.line}>
          <Icon name={way} size={15} />
          <span>{t(`reach.likes_${way}`)}</span>
          {way === "phone" && number && <a href={`tel:${number}`}>{number}</a>}
          <button type="button" onClick={() => setRecording(true)}>
            {t(`reach.record_${way}`)}
          </button>
        </p>
      )}
      <Suspense>
        {recording && <RecordSheet conversation={row} begin={way} close={() => setRecording(false)} />}
      </Suspense>
    </div>
  );
}
