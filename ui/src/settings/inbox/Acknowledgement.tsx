import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../i18n/format";
import { useNow } from "../../i18n/now";
import { AreaField, SelectField, Switch } from "../form/fields";
import { Section } from "../form/Page";
import type { InboxEdit } from "../types";
import { acknowledgement } from "./acknowledgement";
import { inboxLanguages } from "./edit";
import css from "./inbox.module.css";

/** The automatic word that a mail arrived, with what the customer would read. */
export function Acknowledgement({ value, set }: { value: InboxEdit; set: (change: Partial<InboxEdit>) => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow();
  const [language, setLanguage] = useState(value.language);
  const own = value.acknowledgeText?.[language] ?? "";
  const by = value.answerWithin > 0 ? format.weekdayMoment(now + value.answerWithin * 60_000) : "";
  const text = acknowledgement(own, language, {
    number: "10482",
    inbox: value.fromName?.trim() || value.name.trim() || t("settings.inbox.title"),
    name: "Zane Bērziņa",
    by,
  });
  const changed = (code: string) => Boolean(value.acknowledgeText?.[code]?.trim());
  return (
    <Section title={t("settings.ack.title")}>
      <Switch
        label={t("settings.ack.on")}
        hint={t("settings.ack.on_hint")}
        checked={value.acknowledge}
        change={(acknowledge) => set({ acknowledge })}
      />
      {value.acknowledge && (
        <>
          <SelectField<string>
            label={t("settings.ack.language")}
            hint={t("settings.ack.language_hint")}
            value={language}
            change={setLanguage}
            options={inboxLanguages.map(
              (l) => [l, format.languageName(l) + (changed(l) ? ` · ${t("settings.ack.own_short")}` : "")] as const,
            )}
          />
          <AreaField
            label={t("settings.ack.own")}
            hint={t("settings.ack.own_hint", {
              number: "{{number}}",
              inbox: "{{inbox}}",
              name: "{{name}}",
              hours: "{{hours}}",
            })}
            optional
            rows={5}
            lang={language}
            maxLength={5000}
            value={own}
            change={(typed) => set({ acknowledgeText: { ...value.acknowledgeText, [language]: typed } })}
          />
          <figure className={css.preview}>
            <figcaption>{t(own.trim() ? "settings.ack.preview" : "settings.ack.preview_usual")}</figcaption>
            <p lang={language}>{text}</p>
          </figure>
        </>
      )}
    </Section>
  );
}
