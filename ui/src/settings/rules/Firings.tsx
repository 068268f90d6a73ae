import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../i18n/format";
import { Pill } from "../../parts/Pill";
import { Failed } from "../../parts/Trouble";
import { reasonWords } from "../../parts/trouble";
import { Bones } from "../form/Page";
import list from "../list.module.css";
import css from "../policies/Policies.module.css";
import { eventKey, type Firing, firingsQuery } from "./queries";

const few = 10;

/** What a rule did last: with which conversation, by what, what, and how long it took. */
export function Firings({ rule }: { rule: number }) {
  const { t } = useTranslation();
  const found = useQuery(firingsQuery(rule));
  const [all, setAll] = useState(false);
  const items = found.data ?? [];
  return (
    <>
      {found.isPending && <Bones rows={2} />}
      {found.isError && <Failed what={t("rule.failed")} error={found.error} retry={() => void found.refetch()} />}
      {found.data && items.length === 0 && <p className={css.otherwise}>{t("rule.did_nothing")}</p>}
      {items.length > 0 && (
        <ul className={css.order}>
          {items.slice(0, all ? items.length : few).map((f) => (
            <One key={f.id} firing={f} />
          ))}
        </ul>
      )}
      {!all && items.length > few && (
        <div style={{ padding: "0 16px 12px" }}>
          <Button onClick={() => setAll(true)}>{t("rule.did_more", { shown: items.length - few })}</Button>
        </div>
      )}
    </>
  );
}

/** Why a rule did not do what it would: in its own words, else in those for refusals where they need nothing that only the refusal knew. */
function whyWords(code: string, t: (key: string) => string, own: boolean): string {
  if (own) return t(`rule.why.${code}`);
  const words = reasonWords(t, { reason: code });
  return words && !words.includes("{{") ? words : t("rule.why.error");
}

function One({ firing: f }: { firing: Firing }) {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const why = whyWords(f.why ?? "", t as never, i18n.exists(`rule.why.${f.why}`));
  const deeds = f.deeds.map((d) => t(`macro.kind.${d}`));
  const ms = f.took / 1000;
  return (
    <li className={`${list.row} ${list.wrap}`}>
      <div className={list.body}>
        <div className={list.name}>
          <Link to="/view/$view/$number" params={{ view: "all", number: String(f.number) }}>
            #{f.number} {f.subject}
          </Link>
          {f.state !== "done" && <Pill tone="late">{t(`rule.state.${f.state}`)}</Pill>}
        </div>
        <div className={list.more}>
          {f.on && i18n.exists(eventKey(f.on)) && `${t(eventKey(f.on))} → `}
          {f.state === "done" ? (deeds.length ? format.list(deeds) : t("rule.did_stop")) : why}
          {f.state === "done" && f.why && ` · ${t("rule.not_answered", { why })}`}
        </div>
      </div>
      <div className={list.quiet}>
        {format.weekdayMoment(Date.parse(f.at))}
        {f.state === "done" &&
          ` · ${t("rule.took", { ms: format.number(ms < 10 ? Math.round(ms * 10) / 10 : Math.round(ms)) })}`}
      </div>
    </li>
  );
}
