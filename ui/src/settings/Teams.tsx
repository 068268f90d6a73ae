import { Button } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { del, newKey, patch, post } from "../api/client";
import { agentsQuery, teamsQuery } from "../api/queries";
import type { Team } from "../api/types";
import { useFormat } from "../i18n/format";
import { Failed, Quiet } from "../parts/Trouble";
import { toast } from "../parts/toast";
import { Ask } from "./Ask";
import Distribution from "./distribution/Distribution";
import { FormSheet } from "./form/FormSheet";
import { Checks, TextField } from "./form/fields";
import { Bones, Page, Section } from "./form/Page";
import { useFind } from "./form/useFind";
import { useForm } from "./form/useForm";
import { GoesBy } from "./hours/GoesBy";
import list from "./list.module.css";

/** Groups of people who share work. */
export default function Teams() {
  const { t } = useTranslation();
  const format = useFormat();
  const teams = useQuery(teamsQuery);
  const agents = useQuery(agentsQuery).data ?? [];
  const [editing, setEditing] = useState<Team | "new">();
  const [giving, setGiving] = useState<Team>();
  const names = (team: Team) => team.members.map((id) => agents.find((a) => a.id === id)?.name ?? `#${id}`);
  const [found, find] = useFind(teams.data ?? [], (team) => team.name);
  return (
    <Page
      title={t("settings.teams.title")}
      about={t("settings.teams.about")}
      acts={
        <Button variant="filled" onClick={() => setEditing("new")}>
          {t("settings.teams.create")}
        </Button>
      }
    >
      {teams.isPending && <Bones rows={3} />}
      {teams.error && (
        <Failed what={t("settings.teams.failed")} error={teams.error} retry={() => void teams.refetch()} />
      )}
      {teams.data?.length === 0 && (
        <Quiet icon="people" title={t("settings.teams.none")}>
          <p>{t("settings.teams.none_text")}</p>
        </Quiet>
      )}
      {find}
      {found.length > 0 && (
        <Section flush>
          {found.map((team) => (
            <div key={team.id} className={list.row}>
              <div className={list.body}>
                <div className={list.name}>{team.name}</div>
                <div className={list.more}>
                  {team.members.length === 0
                    ? t("settings.teams.nobody")
                    : `${t("settings.teams.members", { count: team.members.length })}: ${format.list(names(team))}`}
                </div>
              </div>
              <Button onClick={() => setGiving(team)} aria-label={`${t("distribution.title")}: ${team.name}`}>
                {t("distribution.title")}
              </Button>
              <Button onClick={() => setEditing(team)} aria-label={`${t("common.edit")}: ${team.name}`}>
                {t("common.edit")}
              </Button>
            </div>
          ))}
        </Section>
      )}
      {giving && <Distribution team={giving} close={() => setGiving(undefined)} />}
      {editing && <EditTeam team={editing === "new" ? undefined : editing} close={() => setEditing(undefined)} />}
    </Page>
  );
}

type Edit = Pick<Team, "name" | "members" | "leads" | "version">;

function EditTeam({ team, close }: { team?: Team; close: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const agents = useQuery(agentsQuery).data ?? [];
  const [key] = useState(newKey);
  const [dropping, setDropping] = useState(false);
  const [server] = useState<Edit>(() => ({
    name: team?.name ?? "",
    members: team?.members ?? [],
    leads: team?.leads ?? [],
    version: team?.version ?? 0,
  }));
  const renew = () =>
    Promise.all([
      client.invalidateQueries({ queryKey: teamsQuery.queryKey }),
      client.invalidateQueries({ queryKey: agentsQuery.queryKey }),
    ]);
  const form = useForm<Edit>(
    server,
    async (v) => {
      const name = v.name.trim();
      const kept = team
        ? await patch<Team>(`/teams/${team.id}`, { ...v, name })
        : await post<Team>("/teams", { name, members: v.members, leads: v.leads }, key);
      await renew();
      return { name: kept.name, members: kept.members, leads: kept.leads, version: kept.version };
    },
    { check: (v): Record<string, string> => (v.name.trim() ? {} : { name: t("form.refusal.needed") }) },
  );
  const title = team ? t("settings.teams.edit") : t("settings.teams.create");
  const people = agents.filter((a) => a.active || form.value.members.includes(a.id));
  return (
    <>
      <FormSheet
        title={title}
        form={form}
        save={team ? t("common.save") : t("settings.teams.make")}
        close={close}
        aside={team && <Button onClick={() => setDropping(true)}>{t("settings.delete")}</Button>}
      >
        <TextField
          label={t("settings.teams.name")}
          value={form.value.name}
          error={form.error("name")}
          change={(name) => form.set({ name })}
          maxLength={60}
          autoFocus={!team}
        />
        <Checks
          legend={t("settings.teams.who")}
          value={form.value.members}
          error={form.error("members")}
          change={(members) => form.set({ members, leads: form.value.leads.filter((id) => members.includes(id)) })}
          options={people.map((a) => [a.id, a.name, a.email] as const)}
          empty={t("settings.teams.no_people")}
        />
        {form.value.members.length > 0 && (
          <Checks
            legend={t("settings.teams.leads")}
            hint={t("settings.teams.leads_hint")}
            value={form.value.leads}
            error={form.error("leads")}
            change={(leads) => form.set({ leads })}
            options={people.filter((a) => form.value.members.includes(a.id)).map((a) => [a.id, a.name] as const)}
          />
        )}
        {team && <GoesBy kind="teams" id={team.id} />}
      </FormSheet>
      {dropping && team && (
        <Ask
          title={t("settings.teams.delete_title", { name: team.name })}
          act={t("settings.delete")}
          close={() => setDropping(false)}
          run={async () => {
            await del(`/teams/${team.id}`);
            await renew();
            toast(t("settings.deleted"));
            close();
          }}
        >
          {t("settings.teams.delete_text")}
        </Ask>
      )}
    </>
  );
}
