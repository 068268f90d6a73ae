import { useMantineColorScheme } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { patch } from "../api/client";
import type { Profile as Me } from "../api/types";
import { profileQuery, useMay, useMe } from "../app/session";
import { speak } from "../i18n/i18n";
import { isLanguage, type Language, languages } from "../i18n/languages";
import { Answers } from "./Answers";
import { Choice, formCss, SelectField, TextField } from "./form/fields";
import { FormPage, Section } from "./form/Page";
import { useForm } from "./form/useForm";
import { ZoneField } from "./form/ZoneField";
import { SignatureField } from "./SignatureField";

type Own = Pick<Me, "name" | "language" | "timeZone" | "answers" | "theme" | "signature" | "version">;

const ownOf = (me: Me): Own => ({
  name: me.name,
  language: me.language,
  timeZone: me.timeZone,
  answers: me.answers,
  theme: me.theme,
  signature: me.signature,
  version: me.version,
});

/** What an agent sees and changes of himself. */
export default function Profile() {
  const { t } = useTranslation();
  const me = useMe();
  const mayWrite = useMay("conversation.write");
  const client = useQueryClient();
  const { setColorScheme } = useMantineColorScheme();
  const [round, setRound] = useState(0); // a new editor for words that come from elsewhere
  const form = useForm<Own>(
    ownOf(me),
    async (own) => {
      const next = await patch<Me>("/profile", own);
      if (isLanguage(next.language)) await speak(next.language);
      setColorScheme(next.theme === "system" ? "auto" : next.theme);
      client.setQueryData(profileQuery.queryKey, next);
      void client.invalidateQueries({ queryKey: ["agents"] });
      return ownOf(next);
    },
    { check: (v): Record<string, string> => (v.name.trim() ? {} : { name: t("form.refusal.needed") }) },
  );
  const { value, set, error } = form;
  const again = (act: () => void) => () => {
    act();
    setRound((n) => n + 1);
  };
  return (
    <FormPage
      form={{ ...form, reset: again(form.reset), takeTheirs: again(form.takeTheirs) }}
      title={t("settings.profile.title")}
      about={me.email}
    >
      <Section title={t("settings.profile.you")}>
        <TextField
          label={t("settings.profile.name")}
          hint={t("settings.profile.name_hint")}
          value={value.name}
          error={error("name")}
          change={(name) => set({ name })}
          autoComplete="name"
          maxLength={100}
        />
        <div className={formCss.row}>
          <SelectField<string>
            label={t("settings.profile.language")}
            value={value.language}
            error={error("language")}
            options={Object.entries(languages) as [Language, string][]}
            change={(language) => set({ language })}
          />
          <ZoneField
            label={t("settings.profile.zone")}
            value={value.timeZone}
            error={error("timeZone")}
            change={(timeZone) => set({ timeZone })}
          />
        </div>
        {mayWrite && (
          <Answers
            value={value.answers}
            desk={value.language}
            error={error("answers")}
            change={(answers) => set({ answers })}
          />
        )}
      </Section>
      <Section title={t("settings.profile.theme")}>
        <Choice
          legend={t("settings.profile.theme_legend")}
          value={value.theme}
          change={(theme) => set({ theme })}
          options={[
            ["system", t("settings.profile.theme_system")],
            ["light", t("settings.profile.theme_light")],
            ["dark", t("settings.profile.theme_dark")],
          ]}
        />
      </Section>
      {mayWrite && (
        <Section title={t("settings.profile.signature")} about={t("settings.profile.signature_about")}>
          <SignatureField
            key={round}
            label={t("settings.profile.signature")}
            html={value.signature}
            error={error("signature")}
            sender={value.name}
            change={(signature) => set({ signature })}
          />
        </Section>
      )}
    </FormPage>
  );
}
