import { Button } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { del, newKey, post, put } from "../../api/client";
import { useFormat } from "../../i18n/format";
import { Icon } from "../../parts/Icon";
import { Pill } from "../../parts/Pill";
import { Failed, Quiet } from "../../parts/Trouble";
import { toast } from "../../parts/toast";
import { inWords } from "../../parts/trouble";
import { Ask } from "../Ask";
import { Bones, Page, Section } from "../form/Page";
import list from "../list.module.css";
import css from "../policies/Policies.module.css";
import { ExportSheet } from "./ExportSheet";
import { Gone } from "./Gone";
import { ImportSheet } from "./ImportSheet";
import { eventKey, type Rule, rulesQuery, type Start, starts } from "./queries";
import { RuleEditor } from "./RuleEditor";
import { useTakeBack } from "./takeBack";

/** The rules in their order, or the one that is open. */
export default function Rules({ id }: { id: string }) {
  const all = useQuery(rulesQuery).data;
  const [turn, setTurn] = useState(0); // a rule that was taken back is looked at anew
  if (!id || !all) return <List />;
  if (/^new\b/.test(id)) return <RuleEditor id={id} />;
  const one = all.find((r) => String(r.id) === id);
  return one ? <RuleEditor key={turn} rule={one} id={id} renewed={() => setTurn(turn + 1)} /> : <List />;
}

function List() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const rules = useQuery(rulesQuery);
  const [dropping, setDropping] = useState<Rule>();
  const [sheet, setSheet] = useState<"import" | "export">();
  const all = rules.data;
  const renew = () => client.invalidateQueries({ queryKey: rulesQuery.queryKey });
  const takeBack = useTakeBack();
  const act = async (what: () => Promise<unknown>, said = "") => {
    try {
      await what();
      if (said) toast(said);
    } catch (err) {
      toast(inWords(t, err), { tone: "bad" });
    }
    await renew();
  };
  const up = (at: number) => {
    const order = (all ?? []).map((r) => r.id);
    order.splice(at - 1, 0, ...order.splice(at, 1));
    return act(() => put("/rules/order", { order }));
  };
  return (
    <Page
      title={t("settings.rules.title")}
      about={t("settings.rules.about")}
      acts={
        <>
          <Button onClick={() => setSheet("import")}>{t("rule.file.import_open")}</Button>
          {all && all.length > 0 && <Button onClick={() => setSheet("export")}>{t("rule.file.export")}</Button>}
          <Button
            variant="filled"
            renderRoot={(props) => <Link to="/settings/$" params={{ _splat: "rules/new" }} {...props} />}
          >
            {t("rule.create")}
          </Button>
        </>
      }
    >
      {sheet === "import" && <ImportSheet close={() => setSheet(undefined)} />}
      {sheet === "export" && all && <ExportSheet rules={all} close={() => setSheet(undefined)} />}
      {rules.isPending && <Bones rows={3} />}
      {rules.error && <Failed what={t("rule.failed")} error={rules.error} retry={() => void rules.refetch()} />}
      {all?.length === 0 && (
        <>
          <Quiet icon="sort" title={t("rule.none")}>
            <p>{t("rule.none_text")}</p>
          </Quiet>
          <section aria-labelledby="rule-starts">
            <h2 id="rule-starts" className={css.startsTitle}>
              {t("rule.start")}
            </h2>
            <Starts />
          </section>
        </>
      )}
      {all && all.length > 0 && (
        <>
          <Section flush>
            <ol className={css.order} aria-label={t("settings.rules.title")}>
              {all.map((r, at) => (
                <Row
                  key={r.id}
                  rule={r}
                  up={at > 0 ? () => void up(at) : undefined}
                  copy={() => void act(() => post(`/rules/${r.id}/copy`, {}, newKey()), t("rule.copied"))}
                  drop={() => setDropping(r)}
                />
              ))}
            </ol>
          </Section>
          <p className={css.hint}>{t("rule.order")}</p>
          <details className={css.gone}>
            <summary>{t("rule.start")}</summary>
            <Starts />
          </details>
        </>
      )}
      <Gone bringBack={(gone, version) => void takeBack(gone, version)} />
      {dropping && (
        <Ask
          title={t("rule.delete_title", { name: dropping.name })}
          act={t("settings.delete")}
          close={() => setDropping(undefined)}
          run={async () => {
            await del(`/rules/${dropping.id}`);
            await renew();
            toast(t("rule.deleted"));
          }}
        >
          <p>{t("rule.delete_text")}</p>
        </Ask>
      )}
    </Page>
  );
}

/** Rules to begin with. */
function Starts() {
  const { t } = useTranslation();
  return (
    <div className={css.starts}>
      {(Object.keys(starts) as Start[]).map((s) => (
        <Link key={s} to="/settings/$" params={{ _splat: `rules/new-${s}` }} className={css.start}>
          <strong>{t(`rule.${s}`)}</strong>
          <span>{t(`rule.${s}_text`)}</span>
        </Link>
      ))}
    </div>
  );
}

interface RowProps {
  rule: Rule;
  up: (() => void) | undefined;
  copy: () => void;
  drop: () => void;
}

function Row({ rule: r, up, copy, drop }: RowProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const acted = r.fired
    ? `${t("rule.fired", { count: r.fired, shown: format.number(r.fired) })}${r.firedAt ? `, ${t("rule.last", { when: format.weekdayMoment(Date.parse(r.firedAt)) })}` : ""}`
    : t("rule.never");
  return (
    <li className={`${list.row} ${list.wrap} ${css.policy}`} data-off={!r.active || undefined}>
      <div className={list.body}>
        <div className={list.name}>
          <Link to="/settings/$" params={{ _splat: `rules/${r.id}` }}>
            {r.name}
          </Link>
          {!r.active && <Pill>{t("rule.off")}</Pill>}
          {r.broken && <Pill tone="late">{t("rule.broken")}</Pill>}
        </div>
        <div className={list.more}>{format.list(r.events.map((e) => t(eventKey(e))))}</div>
        <div className={list.quiet}>
          {acted}
          {r.failed + r.stopped > 0 &&
            ` · ${t("rule.trouble", { shown: format.number(r.failed), stopped: format.number(r.stopped) })}`}
        </div>
      </div>
      <div className={list.acts}>
        {up && (
          <Button onClick={up} aria-label={t("rule.up", { name: r.name })} title={t("rule.up", { name: r.name })}>
            <span className={css.up}>
              <Icon name="down" size={15} />
            </span>
          </Button>
        )}
        <Button onClick={copy} aria-label={`${t("rule.copy")}: ${r.name}`}>
          {t("rule.copy")}
        </Button>
        <Button onClick={drop} aria-label={`${t("settings.delete")}: ${r.name}`}>
          {t("settings.delete")}
        </Button>
      </div>
    </li>
  );
}
