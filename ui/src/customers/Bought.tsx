import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { PurchaseCard, Worth } from "../desk/purchase/Purchase";
import list from "../desk/purchase/Purchases.module.css";
import { boughtQuery } from "../desk/purchase/queries";
import { Failed } from "../parts/Trouble";
import css from "./Customers.module.css";

/** All that a customer bought, the latest first, and what twelve months are worth. */
export function Bought({ customer }: { customer: number }) {
  const { t } = useTranslation();
  const found = useInfiniteQuery(boughtQuery(customer));
  const pages = found.data?.pages;
  return (
    <>
      <h2>
        {t("purchase.title")}
        {pages?.[0] && pages[0].count > 0 && <span className={css.quiet}>{pages[0].count}</span>}
      </h2>
      {found.isError && <Failed what={t("purchase.failed")} error={found.error} retry={() => void found.refetch()} />}
      {pages?.[0]?.count === 0 && <p className={css.quiet}>{t("purchase.none")}</p>}
      {pages?.[0] && <Worth values={pages[0].values} />}
      <ul className={list.list}>
        {pages
          ?.flatMap((p) => p.items)
          .map((p) => (
            <PurchaseCard key={p.id} purchase={p} />
          ))}
      </ul>
      {found.hasNextPage && (
        <Button className={css.more} loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
          {t("customers.more")}
        </Button>
      )}
    </>
  );
}
