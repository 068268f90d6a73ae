import { Button } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { patch, post, put } from "../../api/client";
import { agentsQuery, teamsQuery } from "../../api/queries";
import type { Agent } from "../../api/types";
import { useMe } from "../../app/session";
import { toast } from "../../parts/toast";
import { Answers } from "../Answers";
import { Ask } from "../Ask";
import { FormSheet } from "../form/FormSheet";
import { Checks, formCss, TextField } from "../form/fields";
import { useForm } from "../form/useForm";
import { OfPerson } from "../skills/OfPerson";
import { skillsQuery } from "../skills/queries";
import { RoleChoice } from "./Invite";
import type { Passed } from "./People";

type Edit = Pick<Agent, "name" | "role" | "teams" | "answers" | "version"> & { skills?: number[] };
const editOf = (a: Agent): Edit => ({
  name: a.name,
  role: a.role,
  teams: a.teams,
  answers: a.answers,
  version: a.version,
});

type Act = "invite" | "sign_out" | "factor" | "off" | "on";

/** Changes somebody, and the acts on his account. */
export function EditPerson({
  person,
  close,
  pass,
}: {
  person: Agent;
  close: () => void;
  pass: (passed: Passed) => void;
}) {
  const { t } = useTranslation();
  const me = useMe();
  const client = useQueryClient();
  const teams = useQuery(teamsQuery).data ?? [];
  const [act, setAct] = useState<Act>();
  const [server] = useState(() => editOf(person));
  const renew = async () => {
    await client.invalidateQueries({ queryKey: agentsQuery.queryKey });
    void client.invalidateQueries({ queryKey: teamsQuery.queryKey });
  };
  const form = useForm<Edit>(
    server,
    async ({ skills, ...v }) => {
      const kept = await patch<Agent>(`/agents/${person.id}`, { ...v, name: v.name.trim() });
      if (skills) {
        await put(`/agents/${person.id}/skills`, { skills });
        await client.invalidateQueries({ queryKey: skillsQuery.queryKey });
      }
      await renew();
      return editOf(kept);
    },
    { check: (v): Record<string, string> => (v.name.trim() ? {} : { name: t("form.refusal.needed") }) },
  );
  const { value, set, error } = form;
  const self = person.id === me.id;

  async function run(what: Act) {
    if (what === "invite") {
      const { link } = await post<{ link: string }>(`/agents/${person.id}/invite`);
      pass({ name: person.name, link });
      return close();
    }
    if (what === "sign_out") await post(`/agents/${person.id}/sign-out`);
    else {
      const change = what === "factor" ? { twoFactor: false } : { active: what === "on" };
      await patch(`/agents/${person.id}`, { ...change, version: person.version });
    }
    await renew();
    toast(t(`settings.people.done.${what}`, { name: person.name }));
    close();
  }

  const acts: Act[] = person.active
    ? [
        "invite",
        ...(person.invited ? [] : (["sign_out"] as const)),
        ...(person.twoFactor && !self ? (["factor"] as const) : []),
        ...(self ? [] : (["off"] as const)),
      ]
    : ["on"];
  const label = (a: Act) => t(`settings.people.act.${a === "invite" && !person.invited ? "reset" : a}`);
  return (
    <>
      <FormSheet title={person.name} form={form} save={t("common.save")} close={close}>
        <TextField
          label={t("settings.people.name")}
          hint={person.email}
          value={value.name}
          error={error("name")}
          change={(name) => set({ name })}
          maxLength={100}
        />
        {person.active && (
          <>
            <RoleChoice value={value.role} change={(role) => set({ role })} error={error("role")} />
            {teams.length > 0 && (
              <Checks
                legend={t("settings.teams.title")}
                value={value.teams}
                error={error("teams")}
                change={(chosen) => set({ teams: chosen })}
                options={teams.map((x) => [x.id, x.name] as const)}
              />
            )}
            <Answers
              value={value.answers}
              desk={person.language}
              error={error("answers")}
              change={(answers) => set({ answers })}
            />
            <OfPerson person={person.id} value={value.skills} change={(skills) => set({ skills })} />
          </>
        )}
        <fieldset className={formCss.field}>
          <legend className={formCss.label}>{t("settings.people.account")}</legend>
          <div style={{ display: "flex", flexWrap: "wrap", gap: 8 }}>
            {acts.map((a) => (
              <Button key={a} onClick={() => setAct(a)}>
                {label(a)}
              </Button>
            ))}
          </div>
        </fieldset>
      </FormSheet>
      {act && (
        <Ask title={label(act)} act={label(act)} close={() => setAct(undefined)} run={() => run(act)}>
          {t(`settings.people.ask.${act === "invite" && !person.invited ? "reset" : act}`, { name: person.name })}
        </Ask>
      )}
    </>
  );
}
