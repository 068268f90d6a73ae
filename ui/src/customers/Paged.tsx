import { Button } from "@mantine/core";
import type { InfiniteData, UseInfiniteQueryResult } from "@tanstack/react-query";
import { type ReactNode, useEffect } from "react";
import { useTranslation } from "react-i18next";
import type { Page } from "../api/types";
import { Bone, Late } from "../parts/Skeleton";
import { Failed, Quiet } from "../parts/Trouble";
import css from "./Customers.module.css";

interface Props<T> {
  found: UseInfiniteQueryResult<InfiniteData<Page<T>>>;
  /** What stands there where there is nothing. */
  none: string;
  /** What would appear there, and how. */
  how?: string;
  /** A row, as an item of the list. */
  row: (item: T) => ReactNode;
}

const few = 20; // rows; a page may hold less than it could, since the reader does not see everything

/** A list that is fetched page by page; pages that are empty for the reader are passed over. */
export function Paged<T>({ found, none, how, row }: Props<T>) {
  const { t } = useTranslation();
  const all = found.data?.pages.flatMap((page) => page.items);
  const { hasNextPage, isFetchingNextPage, isError, fetchNextPage } = found;
  const short = (all?.length ?? 0) < few && hasNextPage && !isFetchingNextPage && !isError;
  useEffect(() => {
    if (short) void fetchNextPage();
  }, [short, fetchNextPage]);
  if (!all) {
    return isError ? (
      <Failed what={t("customers.failed")} error={found.error} retry={() => void found.refetch()} />
    ) : (
      <Late>
        <Bone width="60%" />
      </Late>
    );
  }
  if (all.length === 0 && !hasNextPage)
    return (
      <Quiet icon="people" title={none}>
        {how && <p>{how}</p>}
      </Quiet>
    );
  return (
    <>
      <ul className={css.list}>{all.map(row)}</ul>
      {hasNextPage && (
        <Button className={css.more} loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t("customers.more")}
        </Button>
      )}
    </>
  );
}
