import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { inboxesQuery, teamsQuery } from "../../api/queries";
import { useFormat } from "../../i18n/format";
import { Pill } from "../../parts/Pill";
import { Failed, Quiet } from "../../parts/Trouble";
import { Bones, Page, Section } from "../form/Page";
import list from "../list.module.css";
import { CalendarEditor } from "./CalendarEditor";
import { type Calendar, calendarsQuery } from "./queries";
import { days, words } from "./week";

/** Opening hours: the calendars of the house, or the one that is open. */
export default function Hours({ id }: { id: string }) {
  const calendars = useQuery(calendarsQuery);
  if (!id) return <List />;
  const { data } = calendars;
  if (!data) return <Waiting />;
  if (id === "new") return <CalendarEditor others={data.items} />;
  const one = data.items.find((c) => String(c.id) === id);
  return one ? <CalendarEditor calendar={one} others={data.items.filter((c) => c.id !== one.id)} /> : <List />;
}

function Waiting() {
  const { t } = useTranslation();
  const calendars = useQuery(calendarsQuery);
  return (
    <Page title={t("settings.hours.title")}>
      {calendars.error ? (
        <Failed what={t("hours.failed")} error={calendars.error} retry={() => void calendars.refetch()} />
      ) : (
        <Bones rows={6} />
      )}
    </Page>
  );
}

function List() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const calendars = useQuery(calendarsQuery);
  const all = calendars.data?.items;
  const work = calendars.data?.work;
  return (
    <Page
      title={t("settings.hours.title")}
      about={t("settings.hours.about")}
      acts={
        <Button variant="filled" onClick={() => void navigate({ to: "/settings/$", params: { _splat: "hours/new" } })}>
          {t("hours.create")}
        </Button>
      }
    >
      {calendars.isPending && <Bones rows={3} />}
      {calendars.error && (
        <Failed what={t("hours.failed")} error={calendars.error} retry={() => void calendars.refetch()} />
      )}
      {work && work.total > 0 && (
        <p role="status">
          {t("hours.working")} <progress max={work.total} value={work.done} aria-label={t("hours.working")} />
        </p>
      )}
      {all?.length === 0 && (
        <Quiet icon="clock" title={t("hours.none")}>
          <p>{t("hours.none_text")}</p>
        </Quiet>
      )}
      {all && all.length > 0 && (
        <Section flush>
          {all.map((c) => (
            <Row key={c.id} calendar={c} shutBy={calendars.data?.now.find((n) => n.id === c.id)?.event} />
          ))}
        </Section>
      )}
    </Page>
  );
}

function Row({ calendar: c, shutBy }: { calendar: Calendar; shutBy?: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const inboxes = useQuery(inboxesQuery).data ?? [];
  const teams = useQuery(teamsQuery).data ?? [];
  const users = [
    ...inboxes.filter((i) => c.inboxes.includes(i.id)).map((i) => i.name),
    ...teams.filter((o) => c.teams.includes(o.id)).map((o) => o.name),
  ];
  return (
    <Link to="/settings/$" params={{ _splat: `hours/${c.id}` }} className={list.row}>
      <div className={list.body}>
        <div className={list.name}>
          {c.name} {c.standard && <Pill tone="ok">{t("hours.standard_short")}</Pill>}
          {shutBy && <Pill tone="warn">{t("hours.closed_by", { event: shutBy })}</Pill>}
        </div>
        <div className={list.more}>{summary(c, t)}</div>
        <div className={list.quiet}>
          {users.length > 0 ? t("hours.used_by", { names: format.list(users) }) : t("hours.used_by_none")}
        </div>
      </div>
    </Link>
  );
}

/** A week in a line: days with the same hours in a row stand together. */
function summary(c: Calendar, t: (key: string) => string): string {
  const runs: { first: number; last: number; hours: string }[] = [];
  for (const d of days) {
    const hours = (c.week[d] ?? []).map(words).join(", ");
    const run = runs.at(-1);
    if (run && run.hours === hours) run.last = d;
    else runs.push({ first: d, last: d, hours });
  }
  return runs
    .filter((r) => r.hours)
    .map((r) => {
      const name = t(`hours.short.${r.first}`);
      return `${r.first === r.last ? name : `${name}–${t(`hours.short.${r.last}`)}`} ${r.hours}`;
    })
    .join(" · ");
}
