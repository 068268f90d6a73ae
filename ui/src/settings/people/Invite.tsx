import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { newKey, post } from "../../api/client";
import { agentsQuery, teamsQuery } from "../../api/queries";
import type { Role } from "../../api/types";
import { useMay, useMe } from "../../app/session";
import { type Language, languages } from "../../i18n/languages";
import { FormSheet } from "../form/FormSheet";
import { Checks, Choice, SelectField, TextField } from "../form/fields";
import { useForm } from "../form/useForm";
import type { Passed } from "./People";
import { roles } from "./Roles";

/** Asks somebody onto the desk. */
export function Invite({ close, done }: { close: () => void; done: (passed: Passed) => void }) {
  const { t } = useTranslation();
  const me = useMe();
  const client = useQueryClient();
  const teams = useQuery(teamsQuery).data ?? [];
  const [key, setKey] = useState(newKey);
  const [empty] = useState({
    name: "",
    email: "",
    role: "agent" as Role,
    language: me.language,
    teams: [] as number[],
  });
  const form = useForm(
    empty,
    async (v) => {
      try {
        const made = await post<{ link: string }>("/agents", { ...v, name: v.name.trim(), email: v.email.trim() }, key);
        await client.invalidateQueries({ queryKey: agentsQuery.queryKey });
        void client.invalidateQueries({ queryKey: teamsQuery.queryKey });
        done({ name: v.name.trim(), link: made.link });
        return v;
      } catch (err) {
        setKey(newKey()); // what is mended is another request
        throw err;
      }
    },
    {
      said: t("settings.people.sent"),
      check: (v) => ({
        ...(v.name.trim() ? {} : { name: t("form.refusal.needed") }),
        ...(/^\S+@\S+$/.test(v.email.trim()) ? {} : { email: t("form.refusal.no_mail_address") }),
      }),
    },
  );
  const { value, set, error } = form;
  return (
    <FormSheet title={t("settings.people.invite")} form={form} save={t("settings.people.send")} close={close}>
      <TextField
        label={t("settings.people.name")}
        value={value.name}
        error={error("name")}
        change={(name) => set({ name })}
        maxLength={100}
        autoComplete="off"
        autoFocus
      />
      <TextField
        label={t("settings.people.email")}
        type="email"
        value={value.email}
        error={error("email")}
        change={(email) => set({ email })}
        maxLength={320}
        autoComplete="off"
      />
      <RoleChoice value={value.role} change={(role) => set({ role })} error={error("role")} />
      <SelectField<string>
        label={t("settings.people.language")}
        hint={t("settings.people.language_hint")}
        value={value.language}
        change={(language) => set({ language })}
        options={Object.entries(languages) as [Language, string][]}
      />
      {teams.length > 0 && (
        <Checks
          legend={t("settings.teams.title")}
          value={value.teams}
          error={error("teams")}
          change={(chosen) => set({ teams: chosen })}
          options={teams.map((x) => [x.id, x.name] as const)}
        />
      )}
    </FormSheet>
  );
}

/** A role with what it means; nobody gives one above his own. */
export function RoleChoice({ value, change, error }: { value: Role; change: (role: Role) => void; error?: string }) {
  const { t } = useTranslation();
  const mayOwners = useMay("people.manage_owners");
  const offered = roles.filter((r) => r !== "owner" || mayOwners || value === "owner");
  return (
    <Choice
      legend={t("settings.people.role")}
      value={value}
      change={change}
      error={error}
      options={offered.map((r) => [r, t(`settings.role.${r}`), t(`settings.role_about.${r}`)] as const)}
    />
  );
}
