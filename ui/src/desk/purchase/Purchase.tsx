import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../i18n/format";
import { useNow } from "../../i18n/now";
import { Pill, type Tone } from "../../parts/Pill";
import { amount } from "./money";
import css from "./Purchases.module.css";
import type { Purchase, Value } from "./queries";

const tones: Record<string, Tone | undefined> = {
  placed: "warn",
  done: "ok",
  cancelled: "late",
  refunded: "late",
};

/** One purchase: its number, amount and status; its items when it is opened. */
export function PurchaseCard({ purchase: p, acts }: { purchase: Purchase; acts?: ReactNode }) {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const now = useNow();
  const [open, setOpen] = useState(false);
  const money = (minor: number) => amount(minor, p.currency, p.decimals, i18n.language);
  return (
    <li className={css.one}>
      <button type="button" aria-expanded={open} onClick={() => setOpen(!open)}>
        <span className={css.number}>{p.number || t("purchase.erased")}</span>
        <span className={css.sum}>{money(p.total)}</span>
        <span className={css.quiet}>
          {p.placedAt ? format.shortDay(Date.parse(p.placedAt), now) : ""}
          {p.refunded > 0 && (
            <>
              {" · "}
              <span className={css.back}>{t("purchase.returned", { amount: money(p.refunded) })}</span>
            </>
          )}
        </span>
        <Pill tone={tones[p.status]}>{t(`purchase.${p.status}`)}</Pill>
      </button>
      {open && (
        <div className={css.items}>
          {p.items.length === 0 && <p className={css.quiet}>{t("purchase.no_items")}</p>}
          <ul>
            {p.items.map((i, at) => (
              <li key={at}>
                <span>
                  {i.quantity} × {i.name || i.sku}
                  {i.name && i.sku && <span className={css.quiet}> {i.sku}</span>}
                </span>
                <span className={css.sum}>{money(i.total)}</span>
              </li>
            ))}
          </ul>
          {acts && <div className={css.acts}>{acts}</div>}
        </div>
      )}
    </li>
  );
}

/** What twelve months are worth, by currency. */
export function Worth({ values }: { values: Value[] }) {
  const { t, i18n } = useTranslation();
  if (values.length === 0) return null;
  return (
    <p className={css.value}>
      {t("purchase.value")}{" "}
      <b>{values.map((v) => amount(v.amount, v.currency, v.decimals, i18n.language)).join(" + ")}</b>
    </p>
  );
}
