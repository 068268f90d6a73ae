import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useDirectory } from "../api/queries";
import { Icon } from "../parts/Icon";
import { Failed } from "../parts/Trouble";
import { When } from "../parts/When";
import css from "./Customers.module.css";
import { type Said, type SaidPage, saidQuery } from "./queries";

const channels = ["email", "form", "phone", "visit", "letter"];
const kinds = ["incoming", "outgoing", "note"];

/** What was said with a customer on all channels, newest first. */
export function Timeline({ customer, first }: { customer: number; first: SaidPage }) {
  const { t } = useTranslation();
  const [channel, setChannel] = useState("");
  const [kind, setKind] = useState("");
  const plain = !channel && !kind;
  const found = useInfiniteQuery({
    ...saidQuery(customer, channel, kind),
    ...(plain ? { initialData: { pages: [first], pageParams: [""] }, initialDataUpdatedAt: Date.now } : {}),
  });
  const all = found.data?.pages.flatMap((p) => p.items) ?? [];
  return (
    <section className={css.card}>
      <h2>{t("customers.timeline")}</h2>
      <div className={css.filters}>
        <select aria-label={t("customers.channel")} value={channel} onChange={(e) => setChannel(e.target.value)}>
          <option value="">{t("customers.all_channels")}</option>
          {channels.map((c) => (
            <option key={c} value={c}>
              {t(`channel.${c}`)}
            </option>
          ))}
        </select>
        <select aria-label={t("customers.kind")} value={kind} onChange={(e) => setKind(e.target.value)}>
          <option value="">{t("customers.all_kinds")}</option>
          {kinds.map((k) => (
            <option key={k} value={k}>
              {t(`customers.${k}`)}
            </option>
          ))}
        </select>
      </div>
      {found.isError ? (
        <Failed what={t("customers.failed")} error={found.error} retry={() => void found.refetch()} />
      ) : all.length === 0 && !found.isFetching ? (
        <p className={css.quiet}>{t("customers.nothing_said")}</p>
      ) : (
        <ul className={css.timeline}>
          {all.map((s) => (
            <Entry key={s.message} said={s} />
          ))}
        </ul>
      )}
      {found.hasNextPage && (
        <Button className={css.more} loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
          {t("customers.more")}
        </Button>
      )}
    </section>
  );
}

function Entry({ said: s }: { said: Said }) {
  const { t } = useTranslation();
  const agent = useDirectory().agent(s.agent);
  const who = s.authorKind === "customer" ? t("customers.he") : (agent?.name ?? t("activity.former"));
  return (
    <li>
      <Link to="/view/$view/$number" params={{ view: "all", number: String(s.number) }} className={css.said}>
        <span className={css.top}>
          {t(`channel.${s.channel}`)} · {t(`customers.${s.kind}`)} · {who} · {t(`status.${s.status}`)}
          {s.attachments > 0 && <Icon name="clip" size={13} />}
          <When at={s.at} />
        </span>
        <b>
          #{s.number} {s.subject || t("list.no_subject")}
        </b>
        <span className={css.words}>{s.text}</span>
      </Link>
    </li>
  );
}
