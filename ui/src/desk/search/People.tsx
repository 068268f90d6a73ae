import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { SearchPage } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { useNow } from "../../i18n/now";
import { Avatar } from "../../parts/Avatar";
import { Icon } from "../../parts/Icon";
import { amount } from "../purchase/money";
import css from "./Search.module.css";

/** Customers and purchases that answer a query, above what was said. */
export function People({ page, q }: { page: SearchPage; q: string }) {
  const { t } = useTranslation();
  return (
    <>
      {page.customers.length > 0 && (
        <section className={css.group} aria-labelledby="found-customers">
          <h2 id="found-customers">{t("search.customers")}</h2>
          <ul className={css.list}>
            {page.customers.map((c) => (
              <li key={c.id}>
                <Link to="/customers/$id" params={{ id: String(c.id) }} className={css.hit}>
                  <Avatar name={c.name || c.addresses[0]?.value || ""} seed={`customer:${c.id}`} />
                  <span className={css.words}>
                    <b className="cut">{c.name || t("list.no_name")}</b>
                    <span className={`${css.snippet} cut`}>
                      {[c.organisation, ...c.addresses.map((a) => a.value)].filter(Boolean).join(" · ")}
                    </span>
                  </span>
                </Link>
              </li>
            ))}
          </ul>
          {page.moreCustomers && (
            <Link to="/customers" search={{ q, language: "", warned: false }} className={css.others}>
              {t("search.more_customers")}
            </Link>
          )}
        </section>
      )}
      {page.purchases.length > 0 && (
        <section className={css.group} aria-labelledby="found-purchases">
          <h2 id="found-purchases">{t("search.purchases")}</h2>
          <ul className={css.list}>
            {page.purchases.map((p) => (
              <Bought key={p.id} purchase={p} />
            ))}
          </ul>
          {page.morePurchases && <p className={css.note}>{t("search.more_purchases")}</p>}
        </section>
      )}
    </>
  );
}

/** A purchase leads to whose it is; one of nobody known leads nowhere. */
function Bought({ purchase: p }: { purchase: SearchPage["purchases"][number] }) {
  const { i18n } = useTranslation();
  const format = useFormat();
  const now = useNow();
  const inside = (
    <>
      <span className={css.bag}>
        <Icon name="form" />
      </span>
      <span className={css.words}>
        <span className={css.top}>
          <b className="cut">{p.number}</b>
          <span className={css.age}>{p.placedAt ? format.shortDay(Date.parse(p.placedAt), now) : ""}</span>
        </span>
        <span className={`${css.snippet} cut`}>
          {[amount(p.total, p.currency, p.decimals, i18n.language), ...p.items.map((i) => i.name || i.sku)]
            .filter(Boolean)
            .join(" · ")}
        </span>
      </span>
    </>
  );
  return (
    <li>
      {p.customer ? (
        <Link to="/customers/$id" params={{ id: String(p.customer) }} className={css.hit}>
          {inside}
        </Link>
      ) : (
        <span className={css.hit}>{inside}</span>
      )}
    </li>
  );
}
