import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { type Statute, statutesQuery, type Term } from "../../desk/conversation/statutes/queries";
import { type Format, useFormat } from "../../i18n/format";
import { Pill } from "../../parts/Pill";
import { Failed, Quiet } from "../../parts/Trouble";
import { Bones, Page, Section } from "../form/Page";
import { countryWords, dayWords } from "../hours/day";
import list from "../list.module.css";
import css from "../policies/Policies.module.css";
import { StatuteEditor } from "./StatuteEditor";

/** Time limits of the law: all of them, or the one that is open. */
export default function Statutes({ id }: { id: string }) {
  const all = useQuery(statutesQuery).data;
  if (!id || !all) return <List />;
  if (/^new\b/.test(id)) {
    return <StatuteEditor key={id} ready={all.ready.find((r) => id === `new-${r.key}`)} />;
  }
  const one = all.items.find((s) => String(s.id) === id);
  return one ? <StatuteEditor key={id} statute={one} /> : <List />;
}

function List() {
  const { t } = useTranslation();
  const format = useFormat();
  const found = useQuery(statutesQuery);
  const all = found.data?.items;
  return (
    <Page
      title={t("settings.statutes.title")}
      about={t("settings.statutes.about")}
      acts={
        <Button
          variant="filled"
          renderRoot={(props) => <Link to="/settings/$" params={{ _splat: "statutes/new" }} {...props} />}
        >
          {t("statute.create")}
        </Button>
      }
    >
      {found.isPending && <Bones rows={3} />}
      {found.error && <Failed what={t("statute.failed")} error={found.error} retry={() => void found.refetch()} />}
      {all?.length === 0 && (
        <Quiet icon="alert" title={t("statute.none")}>
          <p>{t("statute.none_text")}</p>
        </Quiet>
      )}
      {all && all.length > 0 && (
        <Section flush>
          {all.map((s) => (
            <Row key={s.id} statute={s} />
          ))}
        </Section>
      )}
      {found.data && (
        <section aria-labelledby="statute-ready">
          <h2 id="statute-ready" className={css.startsTitle}>
            {t("statute.ready_title")}
          </h2>
          <div className={css.starts}>
            {found.data.ready.map((r) => (
              <Link key={r.key} to="/settings/$" params={{ _splat: `statutes/new-${r.key}` }} className={css.start}>
                <strong>{t(`statute.ready.${r.key}`)}</strong>
                <span>{termWords(t as never, format, r.term)}</span>
              </Link>
            ))}
          </div>
        </section>
      )}
    </Page>
  );
}

function Row({ statute: s }: { statute: Statute }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Link
      to="/settings/$"
      params={{ _splat: `statutes/${s.id}` }}
      className={list.row}
      data-off={!s.active || undefined}
    >
      <div className={list.body}>
        <div className={list.name}>
          {s.name}
          {!s.active && <Pill>{t("statute.off_short")}</Pill>}
          {s.broken && <Pill tone="late">{t("statute.broken")}</Pill>}
        </div>
        <div className={list.more}>{termWords(t as never, format, s.term)}</div>
        <div className={list.quiet}>
          {s.checkedOn
            ? t("statute.checked", { who: s.checkedBy, day: dayWords(format, s.checkedOn) })
            : t("statute.unchecked")}
        </div>
      </div>
    </Link>
  );
}

type T = (key: string, values?: Record<string, unknown>) => string;

/** "15 working days, Latvia". */
export const termWords = (t: T, format: Format, term: Term) =>
  `${t(`statute.${term.count}`, { count: term.days })}, ${countryWords(format, term.country)}`;
