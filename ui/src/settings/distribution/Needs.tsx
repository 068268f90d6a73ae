import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { typesQuery } from "../../desk/fields/queries";
import { SelectField } from "../form/fields";
import { skillsQuery } from "../skills/queries";
import css from "./Needs.module.css";
import type { SkillNeed } from "./queries";

interface Props {
  value: SkillNeed[];
  error?: string;
  change: (value: SkillNeed[]) => void;
}

/** Which skills a team asks for of who is given a conversation, by its type. */
export function Needs({ value, error, change }: Props) {
  const { t } = useTranslation();
  const skills = useQuery(skillsQuery).data ?? [];
  const types = (useQuery(typesQuery).data ?? []).filter((k) => !k.archivedAt || value.some((n) => n.type === k.id));
  const taken = (type: number, skill: number) => value.some((n) => n.type === type && n.skill === skill);
  const free = types
    .filter((k) => !k.archivedAt)
    .flatMap((k) => skills.map((s) => ({ type: k.id, skill: s.id, need: "required" as const })))
    .find((n) => !taken(n.type, n.skill));
  const set = (at: number, part: Partial<SkillNeed>) => change(value.map((n, i) => (i === at ? { ...n, ...part } : n)));
  const name = (n: SkillNeed) =>
    `${types.find((k) => k.id === n.type)?.name ?? ""}, ${skills.find((s) => s.id === n.skill)?.name ?? ""}`;
  return (
    <fieldset className={css.needs} aria-invalid={error ? true : undefined}>
      <legend>{t("distribution.skills")}</legend>
      <p>{t("distribution.skills_hint")}</p>
      {error && <p role="alert">{error}</p>}
      {value.map((n, at) => (
        <div key={`${n.type} ${n.skill}`} className={css.need}>
          <SelectField<number>
            label={t("distribution.skill_type")}
            value={n.type}
            options={types
              .filter((k) => k.id === n.type || (!k.archivedAt && !taken(k.id, n.skill)))
              .map((k) => [k.id, k.name] as const)}
            change={(type) => set(at, { type: Number(type) })}
          />
          <SelectField<number>
            label={t("distribution.skill")}
            value={n.skill}
            options={skills.filter((s) => s.id === n.skill || !taken(n.type, s.id)).map((s) => [s.id, s.name] as const)}
            change={(skill) => set(at, { skill: Number(skill) })}
          />
          <SelectField<SkillNeed["need"]>
            label={t("distribution.skill_need")}
            value={n.need}
            options={[
              ["required", t("distribution.speak_required")],
              ["preferred", t("distribution.speak_preferred")],
            ]}
            change={(need) => set(at, { need })}
          />
          <Button
            onClick={() => change(value.filter((_, i) => i !== at))}
            aria-label={`${t("distribution.skill_drop")}: ${name(n)}`}
          >
            {t("distribution.skill_drop")}
          </Button>
        </div>
      ))}
      {free ? (
        <Button onClick={() => change([...value, free])}>{t("distribution.skill_add")}</Button>
      ) : (
        value.length === 0 && <p>{t("distribution.skills_none")}</p>
      )}
    </fieldset>
  );
}
