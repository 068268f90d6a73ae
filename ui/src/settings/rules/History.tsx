import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { tagsQuery, useDirectory } from "../../api/queries";
import { macrosQuery } from "../../desk/compose/macro/queries";
import { actionWords } from "../../desk/compose/macro/words";
import { fieldsQuery, templatesQuery, typesQuery } from "../../desk/fields/queries";
import { Subject } from "../../desk/views/attributes";
import { changeOf, useConditionWords } from "../../desk/views/conditionWords";
import type { Node } from "../../desk/views/saved";
import { useFormat } from "../../i18n/format";
import { Failed } from "../../parts/Trouble";
import { rostersQuery } from "../duty/queries";
import { Bones } from "../form/Page";
import list from "../list.module.css";
import css from "../policies/Policies.module.css";
import { webhooksQuery } from "../webhooks/queries";
import { differs, eventKey, type Former, historyQuery } from "./queries";

/** What a rule was, by whom and since when, each time with what was changed; any of it can be made so again. */
export function History({
  rule,
  off,
  takeBack,
}: {
  rule: number;
  /** What was typed would be lost. */
  off: boolean;
  takeBack: (version: number) => void;
}) {
  const { t } = useTranslation();
  const found = useQuery(historyQuery(rule));
  const items = found.data ?? [];
  return (
    <Subject value="rule">
      {found.isPending && <Bones rows={2} />}
      {found.isError && <Failed what={t("rule.failed")} error={found.error} retry={() => void found.refetch()} />}
      <ol className={css.order}>
        {items.map((f, i) => (
          <One
            key={f.version}
            former={f}
            before={items[i + 1]}
            takeBack={i > 0 && !off && f.what !== "deleted" ? () => takeBack(f.version) : undefined}
          />
        ))}
      </ol>
    </Subject>
  );
}

interface OneProps {
  former: Former;
  before: Former | undefined;
  takeBack: (() => void) | undefined;
}

function One({ former: f, before, takeBack }: OneProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const directory = useDirectory();
  const tags = useQuery(tagsQuery).data ?? [];
  const types = useQuery(typesQuery).data;
  const fields = useQuery(fieldsQuery).data;
  const rosters = useQuery(rostersQuery).data;
  const macros = useQuery(macrosQuery).data;
  const lists = useQuery(templatesQuery).data;
  const webhooks = useQuery(webhooksQuery).data;
  const changed = before && f.what !== "deleted" ? differs(before.rule, f.rule) : [];
  const conditionWords = useConditionWords();
  const condition = (was: Node, is: Node): string[] => {
    const change = changeOf(was, is);
    return [
      ...(change.joint ? [`${t("rule.condition")}: ${t(`views.${change.joint}_of`)}`] : []),
      ...change.removed.map((n) => `− ${conditionWords(n)}`),
      ...change.added.map((n) => `+ ${conditionWords(n)}`),
    ];
  };
  const words = (what: (typeof changed)[number]): string | string[] => {
    const r = f.rule;
    switch (what) {
      case "name":
        return `${t("rule.name")}: ${r.name}`;
      case "active":
        return r.active ? t("rule.active") : t("rule.off");
      case "events":
        return `${t("rule.when")}: ${format.list(r.events.map((e) => t(eventKey(e))))}`;
      case "condition":
        return before ? condition(before.rule.condition, r.condition) : [];
      case "actions":
        return `${t("rule.then")}: ${format.list(r.actions.map((a) => actionWords(a, { t: t as never, format, directory, tags, types, fields, rosters, macros, lists, webhooks })))}`;
      default:
        return t(r.stop ? "rule.stop" : "rule.changed_stop");
    }
  };
  const who = f.by ? (directory.agent(f.by)?.name ?? `#${f.by}`) : "Tellus";
  return (
    <li className={`${list.row} ${list.wrap}`}>
      <div className={list.body}>
        <div className={list.name}>{t(`rule.what.${f.what}`, { who })}</div>
        {changed.flatMap(words).map((line) => (
          <div key={line} className={list.more}>
            {line}
          </div>
        ))}
        <div className={list.quiet}>{format.weekdayMoment(Date.parse(f.at))}</div>
      </div>
      {takeBack && (
        <div className={list.acts}>
          <Button onClick={takeBack} aria-label={`${t("rule.take_back")}: ${format.weekdayMoment(Date.parse(f.at))}`}>
            {t("rule.take_back")}
          </Button>
        </div>
      )}
    </li>
  );
}
