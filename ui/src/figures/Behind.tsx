import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useFormat } from "../i18n/format";
import { Sheet, SheetBody } from "../parts/Sheet";
import { Bone, Late } from "../parts/Skeleton";
import { Failed } from "../parts/Trouble";
import css from "./Figures.module.css";
import { behind, type Span, type Which } from "./queries";

const page = 50;

/** The conversations behind a figure. */
export function Behind({ span, which, title, close }: { span: Span; which: Which; title: string; close: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const found = useInfiniteQuery({
    queryKey: ["figures", "behind", span, which],
    queryFn: ({ pageParam, signal }) => behind(span, which, pageParam, signal),
    initialPageParam: 0,
    getNextPageParam: (last) => (last.length === page ? last.at(-1)?.number : undefined),
    staleTime: 0,
  });
  const rows = found.data?.pages.flat() ?? [];
  return (
    <Sheet label={title} close={close}>
      <SheetBody title={title} foot={<Button onClick={close}>{t("common.close")}</Button>}>
        {found.isPending && (
          <Late>
            <Bone width="80%" />
            <Bone width="60%" />
          </Late>
        )}
        {found.isError && <Failed what={t("figures.failed")} error={found.error} retry={() => void found.refetch()} />}
        {found.data && rows.length === 0 && <p>{t("figures.none_any_more")}</p>}
        <ul className={css.behind}>
          {rows.map((c) => (
            <li key={c.id}>
              <Link to="/view/$view/$number" params={{ view: "all", number: String(c.number) }}>
                #{c.number} {c.subject || t("list.no_subject")}
              </Link>
              <span>
                {c.customerName}
                {c.createdAt && ` · ${format.weekdayMoment(Date.parse(c.createdAt))}`}
              </span>
            </li>
          ))}
        </ul>
        {found.hasNextPage && (
          <Button loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
            {t("figures.more")}
          </Button>
        )}
      </SheetBody>
    </Sheet>
  );
}
