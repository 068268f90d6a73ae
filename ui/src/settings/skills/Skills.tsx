import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { agentsQuery, useDirectory } from "../../api/queries";
import { useFormat } from "../../i18n/format";
import { Failed, Quiet } from "../../parts/Trouble";
import { Bones, Page, Section } from "../form/Page";
import { useFind } from "../form/useFind";
import list from "../list.module.css";
import { EditSkill } from "./EditSkill";
import { type Skill, skillsQuery } from "./queries";

/** What people can, and who can it. */
export default function Skills() {
  const { t } = useTranslation();
  const format = useFormat();
  const directory = useDirectory();
  const skills = useQuery(skillsQuery);
  const agents = useQuery(agentsQuery).data ?? [];
  const [editing, setEditing] = useState<Skill | "new">();
  const [found, find] = useFind(skills.data ?? [], (skill) => skill.name);
  const people = (skill: Skill) => agents.filter((a) => a.active && skill.agents.includes(a.id)).map((a) => a.name);
  const teams = (skill: Skill) => skill.teams.map((id) => directory.team(id)?.name ?? `#${id}`);
  return (
    <Page
      title={t("settings.skills.title")}
      about={t("settings.skills.about")}
      acts={
        <Button variant="filled" onClick={() => setEditing("new")}>
          {t("skill.create")}
        </Button>
      }
    >
      {skills.isPending && <Bones rows={3} />}
      {skills.error && <Failed what={t("skill.failed")} error={skills.error} retry={() => void skills.refetch()} />}
      {skills.data?.length === 0 && (
        <Quiet icon="check" title={t("skill.none")}>
          <p>{t("skill.none_text")}</p>
        </Quiet>
      )}
      {find}
      {found.length > 0 && (
        <Section flush>
          {found.map((skill) => (
            <div key={skill.id} className={list.row}>
              <div className={list.body}>
                <div className={list.name}>{skill.name}</div>
                <div className={list.more}>
                  {people(skill).length === 0 ? t("skill.nobody") : format.list(people(skill))}
                  {skill.teams.length > 0 && `. ${t("skill.asked_by", { teams: format.list(teams(skill)) })}`}
                </div>
              </div>
              <Button onClick={() => setEditing(skill)} aria-label={`${t("common.edit")}: ${skill.name}`}>
                {t("common.edit")}
              </Button>
            </div>
          ))}
        </Section>
      )}
      {editing && (
        <EditSkill
          skill={editing === "new" ? undefined : editing}
          others={(skills.data ?? []).filter((s) => editing !== "new" && s.id !== editing.id)}
          close={() => setEditing(undefined)}
        />
      )}
    </Page>
  );
}
