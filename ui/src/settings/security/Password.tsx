import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { post } from "../../api/client";
import { useMe } from "../../app/session";
import { FormSheet } from "../form/FormSheet";
import { PasswordField } from "../form/fields";
import { NewPassword } from "../form/NewPassword";
import { Section } from "../form/Page";
import { useForm } from "../form/useForm";
import list from "../list.module.css";
import { sessionsQuery } from "../queries";

export function Password() {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <Section title={t("settings.password.title")} flush>
      <div className={list.row}>
        <div className={list.body}>
          <div className={list.more}>{t("settings.password.about")}</div>
        </div>
        <Button onClick={() => setOpen(true)}>{t("settings.password.change")}</Button>
      </div>
      {open && <ChangePassword close={() => setOpen(false)} />}
    </Section>
  );
}

const empty = { current: "", password: "" };

function ChangePassword({ close }: { close: () => void }) {
  const { t } = useTranslation();
  const me = useMe();
  const client = useQueryClient();
  const form = useForm(
    empty,
    async (v) => {
      await post("/profile/password", v);
      void client.invalidateQueries({ queryKey: sessionsQuery.queryKey });
      return empty;
    },
    { said: t("settings.password.changed") },
  );
  return (
    <FormSheet title={t("settings.password.change")} form={form} save={t("settings.password.change")} close={close}>
      <input type="text" autoComplete="username" value={me.email} readOnly hidden />
      <PasswordField
        label={t("settings.password.current")}
        value={form.value.current}
        error={form.error("current")}
        change={(current) => form.set({ current })}
        autoComplete="current-password"
        autoFocus
      />
      <NewPassword
        label={t("settings.password.new")}
        value={form.value.password}
        error={form.error("password")}
        change={(password) => form.set({ password })}
        about={[me.name, me.email]}
      />
      <p>{t("settings.password.ends")}</p>
    </FormSheet>
  );
}
