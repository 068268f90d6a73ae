import { Button } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { del, newKey, post, put } from "../../api/client";
import { agentsQuery, useDirectory } from "../../api/queries";
import { useFormat } from "../../i18n/format";
import { natural } from "../../i18n/natural";
import { toast } from "../../parts/toast";
import { Ask } from "../Ask";
import { FormSheet } from "../form/FormSheet";
import { Checks, SelectField, TextField } from "../form/fields";
import { useForm } from "../form/useForm";
import { type Skill, skillsQuery } from "./queries";

type Edit = Pick<Skill, "name" | "agents" | "version">;

const editOf = (s?: Skill): Edit => ({ name: s?.name ?? "", agents: s?.agents ?? [], version: s?.version ?? 0 });

interface Props {
  skill?: Skill;
  others: Skill[];
  close: () => void;
}

/** Makes or changes a skill, and says who has it. */
export function EditSkill({ skill, others, close }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const agents = useQuery(agentsQuery).data ?? [];
  const [key] = useState(newKey);
  const [dropping, setDropping] = useState(false);
  const [server] = useState(() => editOf(skill));
  const form = useForm<Edit>(
    server,
    async (v) => {
      const body = { ...v, name: v.name.trim() };
      const kept = skill ? await put<Skill>(`/skills/${skill.id}`, body) : await post<Skill>("/skills", body, key);
      await client.invalidateQueries({ queryKey: skillsQuery.queryKey });
      return editOf(kept);
    },
    { check: (v): Record<string, string> => (v.name.trim() ? {} : { name: t("form.refusal.needed") }) },
  );
  const v = form.value;
  // Who has left keeps his skills, unseen.
  const people = agents.filter((a) => a.active).sort((a, b) => natural(a.name, b.name));
  return (
    <>
      <FormSheet
        title={t(skill ? "skill.edit" : "skill.create")}
        form={form}
        save={t(skill ? "common.save" : "skill.make")}
        close={close}
        aside={skill && <Button onClick={() => setDropping(true)}>{t("skill.drop")}</Button>}
      >
        <TextField
          label={t("skill.name")}
          value={v.name}
          error={form.error("name")}
          change={(name) => form.set({ name })}
          maxLength={60}
          autoFocus={!skill}
        />
        <Checks<number>
          legend={t("skill.people")}
          hint={t("skill.people_hint")}
          error={form.error("agents")}
          value={v.agents}
          change={(chosen) => form.set({ agents: chosen })}
          options={people.map((a) => [a.id, a.name] as const)}
        />
      </FormSheet>
      {dropping && skill && <Drop skill={skill} others={others} back={() => setDropping(false)} close={close} />}
    </>
  );
}

/** Deletes a skill or merges it into another, and says first what uses it. */
function Drop({ skill, others, back, close }: { skill: Skill; others: Skill[]; back: () => void; close: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const format = useFormat();
  const directory = useDirectory();
  const [into, setInto] = useState(0);
  const teams = skill.teams.map((id) => directory.team(id)?.name ?? `#${id}`);
  return (
    <Ask
      title={t("skill.drop_title", { name: skill.name })}
      act={t(into ? "skill.merge" : "settings.delete")}
      close={back}
      run={async () => {
        await del(`/skills/${skill.id}${into ? `?into=${into}` : ""}`);
        await client.invalidateQueries({ queryKey: skillsQuery.queryKey });
        toast(t(into ? "skill.merged" : "settings.deleted"));
        close();
      }}
    >
      <p style={{ marginBottom: 14 }}>
        {t("skill.used_people", { count: skill.agents.length })}{" "}
        {teams.length > 0 ? t("skill.used_teams", { teams: format.list(teams) }) : t("skill.used_by_no_team")}
      </p>
      {others.length > 0 && (
        <SelectField<number>
          label={t("skill.into")}
          hint={t("skill.into_hint")}
          value={into}
          change={(id) => setInto(Number(id))}
          options={[[0, t("skill.into_none")] as const, ...others.map((s) => [s.id, s.name] as const)]}
        />
      )}
    </Ask>
  );
}
