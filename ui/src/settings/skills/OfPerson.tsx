import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Checks } from "../form/fields";
import { skillsQuery } from "./queries";

interface Props {
  person: number;
  /** What was ticked; undefined: it is as it was. */
  value: number[] | undefined;
  change: (value: number[]) => void;
}

/** Which skills somebody has. */
export function OfPerson({ person, value, change }: Props) {
  const { t } = useTranslation();
  const skills = useQuery(skillsQuery).data ?? [];
  if (skills.length === 0) return null;
  return (
    <Checks<number>
      legend={t("settings.skills.title")}
      hint={t("settings.skills.of_person")}
      value={value ?? skills.filter((s) => s.agents.includes(person)).map((s) => s.id)}
      change={change}
      options={skills.map((s) => [s.id, s.name] as const)}
    />
  );
}
