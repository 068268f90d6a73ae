import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useDirectory } from "../../api/queries";
import { useMay, useMe } from "../../app/session";
import { useFormat } from "../../i18n/format";
import { useNow } from "../../i18n/now";
import { Avatar } from "../../parts/Avatar";
import { Pill } from "../../parts/Pill";
import { Failed, Quiet } from "../../parts/Trouble";
import { Bones, Page, Section } from "../form/Page";
import list from "../list.module.css";
import { AbsenceSheet } from "./AbsenceSheet";
import { type Absence, absencesQuery, type Roster, rostersQuery } from "./queries";
import { RosterEditor } from "./RosterEditor";

/** Who is on duty and who is absent, or the roster that is open. */
export default function Duty({ id }: { id: string }) {
  const all = useQuery(rostersQuery).data;
  const may = useMay("team.manage");
  if (!id || !may) return <List may={may} />;
  if (id === "new") return <RosterEditor key={id} />;
  if (!all) return <List may={may} />;
  const one = all.find((r) => String(r.id) === id);
  return one ? <RosterEditor key={id} roster={one} /> : <List may={may} />;
}

function List({ may }: { may: boolean }) {
  const { t } = useTranslation();
  const rosters = useQuery(rostersQuery);
  const absences = useQuery(absencesQuery);
  const [planning, setPlanning] = useState<Absence | "new">();
  return (
    <Page
      title={t("settings.duty.title")}
      about={t("settings.duty.about")}
      acts={
        may && (
          <Button
            variant="filled"
            renderRoot={(props) => <Link to="/settings/$" params={{ _splat: "duty/new" }} {...props} />}
          >
            {t("duty.create")}
          </Button>
        )
      }
    >
      {rosters.isPending && <Bones rows={3} />}
      {rosters.error && <Failed what={t("duty.failed")} error={rosters.error} retry={() => void rosters.refetch()} />}
      {rosters.data?.length === 0 && (
        <Quiet icon="clock" title={t("duty.none")}>
          <p>{t(may ? "duty.none_text" : "duty.none_read")}</p>
        </Quiet>
      )}
      {rosters.data && rosters.data.length > 0 && (
        <Section title={t("duty.rosters")} flush>
          {rosters.data.map((r) => (
            <RosterRow key={r.id} roster={r} may={may} />
          ))}
        </Section>
      )}
      <Section title={t("duty.absences")} about={t("duty.absences_about")} flush>
        {absences.error && (
          <Failed what={t("duty.failed")} error={absences.error} retry={() => void absences.refetch()} />
        )}
        {absences.data?.length === 0 && (
          <div className={list.row}>
            <span className={list.more}>{t("duty.no_absences")}</span>
          </div>
        )}
        {absences.data?.map((a) => (
          <AbsenceRow key={a.id} absence={a} edit={() => setPlanning(a)} />
        ))}
        <div className={list.row}>
          <Button onClick={() => setPlanning("new")}>{t("duty.absence_new")}</Button>
        </div>
      </Section>
      {planning && (
        <AbsenceSheet absence={planning === "new" ? undefined : planning} close={() => setPlanning(undefined)} />
      )}
    </Page>
  );
}

function RosterRow({ roster: r, may }: { roster: Roster; may: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow();
  const directory = useDirectory();
  const name = (id: number) => directory.agent(id)?.name ?? t("duty.gone");
  const people = r.now.map((d) => {
    const until = d.until ? t("duty.until", { at: format.moment(Date.parse(d.until), now) }) : "";
    const instead = d.for ? t("duty.for", { name: name(d.for) }) : "";
    const more = [instead, until].filter(Boolean).join(", ");
    return more ? `${name(d.agent)} (${more})` : name(d.agent);
  });
  const best = r.now.filter((d) => d.rank === r.now[0]?.rank).length;
  const body = (
    <div className={list.body}>
      <div className={list.name}>
        {r.name}
        <Pill tone={r.now.length > 0 ? "ok" : "warn"}>{t(r.now.length > 0 ? "duty.manned" : "duty.unmanned")}</Pill>
      </div>
      {r.now.length > 0 && <div className={list.more}>{format.list(people.slice(0, best))}</div>}
      {people.length > best && (
        <div className={list.quiet}>{t("duty.behind", { names: format.list(people.slice(best)) })}</div>
      )}
      {r.at && r.next && (
        <div className={list.more}>
          {t("duty.next", { names: format.list(r.next.map(name)), at: format.moment(Date.parse(r.at), now) })}
        </div>
      )}
      {!r.at && r.now.length === 0 && <div className={list.more}>{t("duty.never")}</div>}
    </div>
  );
  return may ? (
    <Link to="/settings/$" params={{ _splat: `duty/${r.id}` }} className={list.row}>
      {body}
    </Link>
  ) : (
    <div className={list.row}>{body}</div>
  );
}

function AbsenceRow({ absence: a, edit }: { absence: Absence; edit: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow();
  const me = useMe();
  const others = useMay("presence.manage");
  const directory = useDirectory();
  const name = directory.agent(a.agent)?.name ?? t("duty.gone");
  return (
    <div className={`${list.row} ${list.wrap}`}>
      <Avatar name={name} seed={`agent:${a.agent}`} size={32} />
      <div className={list.body}>
        <div className={list.name}>
          {name}
          {Date.parse(a.from) <= now && <Pill tone="info">{t("duty.absent_now")}</Pill>}
        </div>
        <div className={list.more}>
          {t("duty.span", {
            from: format.moment(Date.parse(a.from), now),
            to: format.moment(Date.parse(a.to), now),
          })}
        </div>
        <div className={list.quiet}>
          {a.deputy
            ? t("duty.stands_in", { name: directory.agent(a.deputy)?.name ?? t("duty.gone") })
            : t("duty.no_deputy")}
        </div>
      </div>
      {(others || a.agent === me.id) && (
        <div className={list.acts}>
          <Button onClick={edit} aria-label={`${t("duty.change")}: ${name}`}>
            {t("duty.change")}
          </Button>
        </div>
      )}
    </div>
  );
}
