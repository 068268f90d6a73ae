import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { post } from "../../api/client";
import { useFormat } from "../../i18n/format";
import { Failed } from "../../parts/Trouble";
import list from "../list.module.css";
import css from "../policies/Policies.module.css";
import { eventKey, isTimed, type RuleEdit, type Trial } from "./queries";

/** What a rule would have done by what happened last. */
export function TryOut({ rule }: { rule: RuleEdit }) {
  const { t } = useTranslation();
  const format = useFormat();
  const run = useMutation({
    mutationFn: () => post<Trial>("/rules/try", { rule: { ...rule, name: rule.name.trim() || "-" }, most: 200 }),
  });
  const found = run.data;
  const timed = isTimed(rule);
  const held = found?.items.filter((i) => i.holds || i.when) ?? [];
  return (
    <>
      <Button
        loading={run.isPending}
        disabled={!rule.events.length || !rule.actions.length}
        onClick={() => run.mutate()}
      >
        {t(timed ? "rule.time_try_run" : "rule.try_run")}
      </Button>
      {run.isError && <Failed what={t("rule.failed")} error={run.error} />}
      <div role="status">
        {found && (
          <p>
            {timed
              ? t("rule.time_tried", { looked: format.number(found.looked), shown: format.number(found.holds) })
              : found.items.length === 0
                ? t("rule.tried_none")
                : t("rule.tried", { looked: format.number(found.items.length), shown: format.number(held.length) })}
          </p>
        )}
      </div>
      {held.length > 0 && (
        <ul className={css.order}>
          {held.slice(0, 50).map((i) => (
            <li key={timed ? i.conversation : i.event.seq} className={list.row}>
              <div className={list.body}>
                <div className={list.name}>
                  <Link to="/view/$view/$number" params={{ view: "all", number: String(i.number) }}>
                    #{i.number} {i.subject}
                  </Link>
                </div>
                <div className={list.more}>
                  {timed
                    ? i.when
                      ? t("rule.will", { when: format.weekdayMoment(Date.parse(i.when)) })
                      : `${t("rule.now")}: `
                    : `${i.event.at ? `${format.weekdayMoment(Date.parse(i.event.at))}: ` : ""}${t(eventKey(i.event.kind))} → `}
                  {i.when
                    ? ""
                    : i.would.length
                      ? format.list(i.would.map((a) => t(`macro.kind.${a.do}`)))
                      : !i.unsent && t("rule.would_nothing")}
                  {i.into && ` (#${i.into})`}
                  {i.unsent &&
                    `${i.would.length ? " · " : ""}${t("rule.not_answered", { why: t(`rule.why.${i.unsent}`) })}`}
                </div>
              </div>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
