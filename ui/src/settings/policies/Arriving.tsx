import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useDeferredValue } from "react";
import { useTranslation } from "react-i18next";
import { Format, useFormat } from "../../i18n/format";
import css from "./Policies.module.css";
import { type PolicyEdit, triedQuery } from "./queries";

/** What comes first of what is promised of a mail that just came. */
const order = ["first_answer", "acknowledge", "resolve", "update", "next_answer"] as const;

/** When a mail that came now would be due, by each calendar that conversations begin with. */
export function Arriving({ id, policy }: { id: number; policy: PolicyEdit }) {
  const { t } = useTranslation();
  const format = useFormat();
  const asked = useDeferredValue(policy);
  const tried = useQuery({
    ...triedQuery(id, {}, asked.zone, asked.targets, asked.counts),
    placeholderData: keepPreviousData,
    refetchInterval: 60_000, // now goes on
    enabled: asked.targets.length > 0,
  });
  const all = asked.targets.length > 0 ? (tried.data?.arriving ?? []) : [];
  if (all.length === 0) return null;
  const bare = asked.counts === "opening" && all.every((a) => !a.calendar);
  return (
    <div className={css.would} role="status">
      {all.map((a) => {
        const local = a.zone ? new Format(t, format.language, a.zone) : format;
        const kind = order.find((k) => a.due.some((d) => d.kind === k && d.at.some(Boolean)));
        const due = a.due.find((d) => d.kind === kind)?.at.map((at) => (at ? Date.parse(at) : 0)) ?? [];
        const usual = due[1] || due.find((at) => at > 0) || 0;
        const urgent = due[3] && due[3] !== usual ? due[3] : 0;
        if (!kind || !usual) return null;
        const what = t(`policy.kind.${kind}`);
        return (
          <p key={a.calendar ?? ""}>
            {a.calendar && all.length > 1 && <strong>{a.calendar}: </strong>}
            {!a.open && `${t("policy.arriving_closed")} `}
            {urgent > 0
              ? t("policy.arriving_urgent", {
                  what,
                  when: local.weekdayMoment(usual),
                  urgent: local.weekdayMoment(urgent),
                })
              : t("policy.arriving", { what, when: local.weekdayMoment(usual) })}
          </p>
        );
      })}
      {bare && (
        <p>
          {t("policy.no_hours")}{" "}
          <Link to="/settings/$" params={{ _splat: "hours" }}>
            {t("policy.set_hours")}
          </Link>
        </p>
      )}
    </div>
  );
}
