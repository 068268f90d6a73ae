import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { get } from "../../api/client";
import { useDirectory } from "../../api/queries";
import type { components } from "../../api/schema";
import type { Page } from "../../api/types";
import { Failed } from "../../parts/Trouble";
import { When } from "../../parts/When";
import { Section } from "../form/Page";
import list from "../list.module.css";
import css from "./privacy.module.css";

type Access = components["schemas"]["PrivacyAccess"];

const ways = ["page", "conversation", "export"] as const;

/** Who saw which customer's record, with filters and a file. */
export function Accesses() {
  const { t } = useTranslation();
  const directory = useDirectory();
  const [wanted, setWanted] = useState({ agent: "", customer: "", how: "", from: "", until: "" });
  const filter = Object.fromEntries(Object.entries(wanted).filter(([, v]) => v !== ""));
  const found = useInfiniteQuery({
    queryKey: ["access", wanted],
    queryFn: ({ pageParam, signal }) =>
      get<Page<Access>>("/privacy/access", { ...filter, cursor: pageParam, limit: 50 }, signal),
    initialPageParam: "",
    getNextPageParam: (last) => last.next || undefined,
  });
  const lines = found.data?.pages.flatMap((p) => p.items) ?? [];
  const set = (change: Partial<typeof wanted>) => setWanted({ ...wanted, ...change });
  return (
    <Section title={t("privacy.access")} about={t("privacy.access_about")}>
      <div className={css.filters}>
        <select aria-label={t("privacy.by")} value={wanted.agent} onChange={(e) => set({ agent: e.target.value })}>
          <option value="">{t("privacy.anybody")}</option>
          {directory.agents.map((a) => (
            <option key={a.id} value={a.id}>
              {a.name}
            </option>
          ))}
        </select>
        <select aria-label={t("privacy.how")} value={wanted.how} onChange={(e) => set({ how: e.target.value })}>
          <option value="">{t("privacy.any_way")}</option>
          {ways.map((w) => (
            <option key={w} value={w}>
              {t(`privacy.how_${w}`)}
            </option>
          ))}
        </select>
        <input
          aria-label={t("privacy.customer_number")}
          placeholder={t("privacy.customer_number")}
          inputMode="numeric"
          value={wanted.customer}
          maxLength={15}
          onChange={(e) => set({ customer: e.target.value.replace(/\D/g, "") })}
        />
        <input
          type="date"
          aria-label={t("privacy.from")}
          value={wanted.from}
          onChange={(e) => set({ from: e.target.value })}
        />
        <input
          type="date"
          aria-label={t("privacy.to")}
          value={wanted.until}
          onChange={(e) => set({ until: e.target.value })}
        />
        <a href={`/api/v1/privacy/access.csv?${new URLSearchParams(filter)}`} download>
          {t("privacy.csv")}
        </a>
      </div>
      {found.error && <Failed what={t("privacy.failed")} error={found.error} retry={() => void found.refetch()} />}
      {found.data && lines.length === 0 && <p className={list.quiet}>{t("privacy.no_access")}</p>}
      <ul className={css.lines}>
        {lines.map((a) => (
          <li key={a.id}>
            <span>{directory.agent(a.agent)?.name ?? `#${a.agent}`}</span>{" "}
            <Link to="/customers/$id" params={{ id: String(a.customer) }}>
              {t("privacy.customer", { id: a.customer })}
            </Link>{" "}
            <span className={list.quiet}>
              {t(`privacy.how_${a.how}`)} · <When at={a.at} />
            </span>
          </li>
        ))}
      </ul>
      {found.hasNextPage && (
        <Button loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
          {t("customers.more")}
        </Button>
      )}
    </Section>
  );
}
