import { useTranslation } from "react-i18next";
import { useFormat } from "../i18n/format";
import { Checks } from "./form/fields";

/** Languages that the desk recognises. */
const recognised = ["en", "lv", "lt", "pl", "ru", "uk", "et", "de"];

interface Props {
  /** In which somebody answers; none: in that of his desk. */
  value: readonly string[];
  desk: string;
  error?: string;
  change: (value: string[]) => void;
}

/** In which languages somebody answers customers, by which a team can give out what waits. */
export function Answers({ value, desk, error, change }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const names = new Intl.DisplayNames([format.language], { type: "language" });
  const name = (code: string) => names.of(code) ?? code;
  return (
    <Checks<string>
      legend={t("settings.profile.answers")}
      hint={t("settings.profile.answers_hint", { language: name(desk) })}
      error={error}
      value={value}
      change={(chosen) => change(recognised.filter((l) => chosen.includes(l)))}
      options={recognised.map((l) => [l, name(l)] as const)}
    />
  );
}
