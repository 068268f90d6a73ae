import { Button, useMantineColorScheme } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useRouter } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { get, post } from "../api/client";
import { isProblem } from "../api/problem";
import type { Profile, ServerStatus } from "../api/types";
import { speak } from "../i18n/i18n";
import { isLanguage, type Language, languages } from "../i18n/languages";
import { formCss, SelectField, TextField } from "../settings/form/fields";
import { NewPassword } from "../settings/form/NewPassword";
import { useForm } from "../settings/form/useForm";
import { ZoneField } from "../settings/form/ZoneField";
import { browserZone } from "../settings/form/zones";
import { Door, Said } from "./Door";
import css from "./door.module.css";
import { enter } from "./enter";

/** The first owner, by the link that the server prints. */
export function Setup() {
  const { t, i18n } = useTranslation();
  const token = new URLSearchParams(window.location.search).get("token") ?? "";
  const router = useRouter();
  const { setColorScheme } = useMantineColorScheme();
  const [over, setOver] = useState(false);
  const status = useQuery({
    queryKey: ["status"],
    queryFn: ({ signal }) => get<ServerStatus>("/status", undefined, signal),
  });
  const [empty] = useState(() => ({ company: "", name: "", email: "", password: "", timeZone: browserZone() }));
  const form = useForm(
    empty,
    async (v) => {
      const body = { ...v, company: v.company.trim(), name: v.name.trim(), email: v.email.trim() };
      try {
        const profile = await post<Profile>("/setup", { ...body, token, language: i18n.language });
        await enter(profile, setColorScheme);
        setTimeout(() => router.history.push("/app/first-steps"));
      } catch (err) {
        if (isProblem(err, "gone")) setOver(true);
        throw err;
      }
      return v;
    },
    {
      said: "",
      check: (v) => ({
        ...(v.company.trim() ? {} : { company: t("form.refusal.needed") }),
        ...(v.name.trim() ? {} : { name: t("form.refusal.needed") }),
        ...(/^\S+@\S+$/.test(v.email.trim()) ? {} : { email: t("form.refusal.no_mail_address") }),
      }),
    },
  );
  const { value, set, error } = form;
  if (status.data && !status.data.setup && !form.dirty) {
    return (
      <Door title={t("door.setup.done")} about={t("door.setup.done_about")}>
        <Button component={Link} to="/sign-in" variant="filled" className={css.go}>
          {t("door.sign_in.go")}
        </Button>
      </Door>
    );
  }
  if (over || !token) {
    // Who comes without a link has yet to find it.
    return (
      <Door title={t(over ? "door.setup.over" : "door.not_set_up.title")}>
        <p>{t(over ? "door.setup.over_text" : "door.not_set_up.text")}</p>
        <p>{t("door.not_set_up.again")}</p>
      </Door>
    );
  }
  return (
    <Door title={t("door.setup.title")} about={t("door.setup.about")} wide>
      <form
        noValidate
        onSubmit={(e) => {
          e.preventDefault();
          void form.submit();
        }}
      >
        <Said words={form.whole} />
        <TextField
          label={t("door.setup.company")}
          hint={t("door.setup.company_hint")}
          value={value.company}
          error={error("company")}
          change={(company) => set({ company })}
          autoComplete="organization"
          maxLength={200}
          autoFocus
        />
        <div className={formCss.row}>
          <TextField
            label={t("door.name")}
            value={value.name}
            error={error("name")}
            change={(name) => set({ name })}
            autoComplete="name"
            maxLength={100}
          />
          <TextField
            label={t("door.email")}
            type="email"
            value={value.email}
            error={error("email")}
            change={(email) => set({ email })}
            autoComplete="username"
            autoCapitalize="none"
            maxLength={320}
          />
        </div>
        <NewPassword
          label={t("door.password")}
          value={value.password}
          error={error("password")}
          change={(password) => set({ password })}
          about={[value.name, value.email]}
        />
        <div className={formCss.row}>
          <SelectField<string>
            label={t("door.language")}
            value={i18n.language}
            error={error("language")}
            options={Object.entries(languages) as [Language, string][]}
            change={(code) => isLanguage(code) && void speak(code)}
          />
          <ZoneField
            label={t("door.zone")}
            value={value.timeZone}
            error={error("timeZone")}
            change={(timeZone) => set({ timeZone })}
          />
        </div>
        <Button type="submit" variant="filled" className={css.go} loading={form.saving}>
          {t("door.setup.go")}
        </Button>
      </form>
    </Door>
  );
}
