import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { get, newKey, post, put } from "../../api/client";
import { useDirectory } from "../../api/queries";
import { useMay } from "../../app/session";
import { macrosQuery } from "../../desk/compose/macro/queries";
import type { Action, Audience, Macro } from "../../desk/compose/macro/types";
import { Failed } from "../../parts/Trouble";
import { Checks, Choice, Switch, TextField } from "../form/fields";
import { Bones, FormPage, Page, Section } from "../form/Page";
import { useForm } from "../form/useForm";
import { ActionFields } from "./ActionFields";
import { TextFields } from "./TextFields";
import { Trial } from "./Trial";

/** What people decide about a macro. */
export interface Edit {
  folder: string;
  name: string;
  audience: Audience;
  teams: number[];
  texts: Record<string, string>;
  actions: Action[];
  active: boolean;
  version: number;
}

const blank: Edit = {
  folder: "",
  name: "",
  audience: "personal",
  teams: [],
  texts: {},
  actions: [],
  active: true,
  version: 0,
};

const editOf = (m: Macro): Edit => ({
  folder: m.folder,
  name: m.name,
  audience: m.audience,
  teams: m.teams,
  texts: m.texts,
  actions: m.actions,
  active: m.active,
  version: m.version,
});

export default function MacroEditor({ id }: { id: number }) {
  const { t } = useTranslation();
  const macro = useQuery({
    queryKey: ["macros", "whole", id],
    queryFn: ({ signal }) => get<Macro>(`/macros/${id}`, undefined, signal),
    enabled: id > 0,
    staleTime: 0,
  });
  const back = { to: "macros", label: t("settings.macros.title") };
  if (id > 0 && !macro.data) {
    return (
      <Page title={t("macro.edit.title")} back={back}>
        {macro.error ? (
          <Failed what={t("macro.edit.failed")} error={macro.error} retry={() => void macro.refetch()} />
        ) : (
          <Bones />
        )}
      </Page>
    );
  }
  return <Fields key={id} id={id} server={macro.data ? editOf(macro.data) : blank} />;
}

function Fields({ id, server }: { id: number; server: Edit }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const manages = useMay("macro.manage");
  const directory = useDirectory();
  const folders = [...new Set((useQuery(macrosQuery).data ?? []).map((m) => m.folder).filter(Boolean))];
  const [key, setKey] = useState(newKey);
  const form = useForm<Edit>(
    server,
    async (v) => {
      const kept = id ? await put<Macro>(`/macros/${id}`, v) : await post<Macro>("/macros", v, key);
      setKey(newKey());
      await client.invalidateQueries({ queryKey: macrosQuery.queryKey });
      if (!id) setTimeout(() => void navigate({ to: "/settings/$", params: { _splat: "macros" } }));
      return editOf(kept);
    },
    {
      check: (v): Record<string, string> => (v.name.trim() ? {} : { name: t("form.refusal.needed") }),
      shows: (at) => /^(name|folder|audience|teams)/.test(at) || /^actions\[/.test(at) || /^texts\./.test(at),
    },
  );
  const v = form.value;
  return (
    <FormPage
      title={id ? t("macro.edit.title") : t("macro.edit.create")}
      back={{ to: "macros", label: t("settings.macros.title") }}
      form={form}
    >
      <Section>
        <TextField
          label={t("macro.edit.name")}
          value={v.name}
          error={form.error("name")}
          change={(name) => form.set({ name })}
          maxLength={120}
          autoFocus={!id}
        />
        <TextField
          label={t("macro.edit.folder")}
          hint={t("macro.edit.folder_hint")}
          optional
          value={v.folder}
          error={form.error("folder")}
          change={(folder) => form.set({ folder })}
          maxLength={200}
          list="macro-folders"
        />
        <datalist id="macro-folders">
          {folders.map((f) => (
            <option key={f} value={f} />
          ))}
        </datalist>
        {manages && (
          <Choice<Audience>
            legend={t("macro.edit.audience")}
            value={v.audience}
            error={form.error("audience")}
            change={(audience) => form.set({ audience })}
            options={(["personal", "teams", "everyone"] as const).map((a) => [a, t(`macro.edit.${a}`)] as const)}
          />
        )}
        {manages && v.audience === "teams" && (
          <Checks<number>
            legend={t("macro.edit.which_teams")}
            value={v.teams}
            error={form.error("teams")}
            change={(teams) => form.set({ teams })}
            options={directory.teams.map((team) => [team.id, team.name] as const)}
            empty={t("macro.edit.no_teams")}
          />
        )}
        <Switch label={t("macro.edit.active")} checked={v.active} change={(active) => form.set({ active })} />
      </Section>
      <Section title={t("macro.edit.text")} about={t("macro.edit.text_about")}>
        <TextFields
          texts={v.texts}
          change={(texts) => form.set({ texts })}
          error={(lang) => form.error(`texts.${lang}`)}
        />
      </Section>
      <Section title={t("macro.edit.actions")} about={t("macro.edit.actions_about")}>
        <ActionFields
          actions={v.actions}
          change={(actions) => form.set({ actions })}
          error={(at, field) => form.error(`actions[${at}].${field}`) ?? form.error(`actions[${at}]`)}
        />
      </Section>
      <Section title={t("macro.edit.preview")}>
        <Trial texts={v.texts} />
      </Section>
    </FormPage>
  );
}
