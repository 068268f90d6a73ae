import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { agentsQuery, teamsQuery } from "../../api/queries";
import type { Agent } from "../../api/types";
import { useMe } from "../../app/session";
import { useFormat } from "../../i18n/format";
import { Avatar } from "../../parts/Avatar";
import { Pill } from "../../parts/Pill";
import { Failed } from "../../parts/Trouble";
import { When } from "../../parts/When";
import { Bones, Page, Section } from "../form/Page";
import { useFind } from "../form/useFind";
import list from "../list.module.css";
import { EditPerson } from "./EditPerson";
import { Invite } from "./Invite";
import { PassOn } from "./PassOn";
import { Roles } from "./Roles";

export interface Passed {
  name: string;
  link: string;
}

/** Everybody who works on the desk, or did. */
export default function People() {
  const { t } = useTranslation();
  const format = useFormat();
  const me = useMe();
  const people = useQuery(agentsQuery);
  const teams = useQuery(teamsQuery).data ?? [];
  const [inviting, setInviting] = useState(false);
  const [editing, setEditing] = useState<number>();
  const [passed, setPassed] = useState<Passed>();
  const [found, find] = useFind(people.data ?? [], (a) => `${a.name} ${a.email}`);
  const here = found.filter((a) => a.active);
  const gone = found.filter((a) => !a.active);
  const opened = people.data?.find((a) => a.id === editing);

  const row = (a: Agent) => (
    <div key={a.id} className={list.row} data-off={!a.active || undefined}>
      <Avatar name={a.name} seed={`agent:${a.id}`} size={32} />
      <div className={list.body}>
        <div className={list.name}>
          {a.name}
          {a.id === me.id && <Pill>{t("common.you")}</Pill>}
          {a.invited && a.active && <Pill tone="warn">{t("settings.people.invited")}</Pill>}
          {!a.active && <Pill>{t("settings.people.inactive")}</Pill>}
        </div>
        <div className={list.more}>
          {a.email} · {t(`settings.role.${a.role}`)}
          {a.teams.length > 0 &&
            ` · ${format.list(a.teams.map((id) => teams.find((x) => x.id === id)?.name ?? `#${id}`))}`}
        </div>
        <div className={list.quiet}>
          {a.seenAt ? (
            <>
              {t("settings.people.seen")} <When at={a.seenAt} />
            </>
          ) : (
            t("settings.people.never_seen")
          )}
          {a.twoFactor && ` · ${t("settings.people.two_factor")}`}
        </div>
      </div>
      <Button onClick={() => setEditing(a.id)} aria-label={`${t("common.edit")}: ${a.name}`}>
        {t("common.edit")}
      </Button>
    </div>
  );

  return (
    <Page
      title={t("settings.people.title")}
      about={t("settings.people.about")}
      acts={
        <Button variant="filled" onClick={() => setInviting(true)}>
          {t("settings.people.invite")}
        </Button>
      }
    >
      {people.isPending && <Bones rows={4} />}
      {people.error && (
        <Failed what={t("settings.people.failed")} error={people.error} retry={() => void people.refetch()} />
      )}
      {find}
      {here.length > 0 && <Section flush>{here.map(row)}</Section>}
      {people.data?.filter((a) => a.active).length === 1 && <p>{t("settings.people.alone")}</p>}
      {gone.length > 0 && (
        <Section title={t("settings.people.former")} about={t("settings.people.former_about")} flush>
          {gone.map(row)}
        </Section>
      )}
      <Roles />
      {inviting && <Invite close={() => setInviting(false)} done={setPassed} />}
      {opened && <EditPerson person={opened} close={() => setEditing(undefined)} pass={setPassed} />}
      {passed && <PassOn {...passed} close={() => setPassed(undefined)} />}
    </Page>
  );
}
