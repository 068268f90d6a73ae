import { Button } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { newKey, post, put } from "../../api/client";
import { templatesQuery, typesQuery } from "../../desk/fields/queries";
import type { ChecklistTemplate } from "../../desk/fields/types";
import { FormSheet } from "../form/FormSheet";
import { Checks, formCss, Switch, TextField, Wrong } from "../form/fields";
import { useForm } from "../form/useForm";
import { Definitions } from "./Definitions";
import css from "./Options.module.css";

/** Checklists that conversations are given. */
export default function Templates() {
  const { t } = useTranslation();
  const types = useQuery(typesQuery).data ?? [];
  const ofTypes = (k: ChecklistTemplate) => types.filter((o) => k.types.includes(o.id)).map((o) => o.name);
  return (
    <Definitions
      area="checklists"
      icon="check"
      empty={t("settings.checklists.about")}
      query={templatesQuery}
      head={(k) => k.name}
      about={(k) => k.items.map((i) => i.words).join(" · ") + (k.types.length > 0 ? ` (${ofTypes(k).join(", ")})` : "")}
      edit={(template, close) => <EditTemplate template={template} close={close} />}
    />
  );
}

type Edit = Pick<ChecklistTemplate, "name" | "items" | "types" | "version"> & { archived: boolean };

const editOf = (k?: ChecklistTemplate): Edit => ({
  name: k?.name ?? "",
  items: k?.items ?? [{ words: "" }],
  types: k?.types ?? [],
  archived: Boolean(k?.archivedAt),
  version: k?.version ?? 0,
});

function EditTemplate({ template, close }: { template?: ChecklistTemplate; close: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const types = useQuery(typesQuery).data ?? [];
  const [key] = useState(newKey);
  const [server] = useState<Edit>(() => editOf(template));
  const form = useForm<Edit>(
    server,
    async (v) => {
      const body = { ...v, name: v.name.trim(), items: v.items.filter((i) => i.words.trim() !== "") };
      const kept = template
        ? await put<ChecklistTemplate>(`/checklist-templates/${template.id}`, body)
        : await post<ChecklistTemplate>("/checklist-templates", { ...body, version: undefined }, key);
      await client.invalidateQueries({ queryKey: templatesQuery.queryKey });
      return editOf(kept);
    },
    {
      check: (v): Record<string, string> => {
        if (!v.name.trim()) return { name: t("form.refusal.needed") };
        return v.items.some((i) => i.words.trim()) ? {} : { items: t("form.refusal.needed") };
      },
    },
  );
  const v = form.value;
  const set = (at: number, more: Partial<Edit["items"][number]>) =>
    form.set({ items: v.items.map((o, i) => (i === at ? { ...o, ...more } : o)) });
  return (
    <FormSheet
      title={t(template ? "settings.checklists.edit" : "settings.checklists.create")}
      form={form}
      save={t(template ? "common.save" : "settings.fields.make")}
      close={close}
    >
      <TextField
        label={t("settings.fields.name")}
        value={v.name}
        error={form.error("name")}
        change={(name) => form.set({ name })}
        maxLength={80}
        autoFocus={!template}
      />
      <fieldset className={formCss.field}>
        <legend className={formCss.label}>{t("settings.checklists.items")}</legend>
        {v.items.map((item, i) => (
          <div key={i} className={css.option}>
            <input
              className={formCss.input}
              aria-label={t("settings.checklists.item")}
              value={item.words}
              maxLength={300}
              onChange={(e) => set(i, { words: e.target.value })}
            />
            <label className={css.need}>
              <input
                type="checkbox"
                checked={item.required ?? false}
                onChange={(e) => set(i, { required: e.target.checked })}
              />
              {t("settings.checklists.required")}
            </label>
            <Button onClick={() => form.set({ items: v.items.filter((_, at) => at !== i) })}>
              {t("settings.delete")}
            </Button>
          </div>
        ))}
        <Wrong error={form.error("items")} />
        <div>
          <Button onClick={() => form.set({ items: [...v.items, { words: "" }] })}>
            {t("settings.checklists.add_item")}
          </Button>
        </div>
      </fieldset>
      <Checks<number>
        legend={t("settings.checklists.types")}
        hint={t("settings.checklists.types_hint")}
        value={v.types}
        change={(chosen) => form.set({ types: chosen })}
        options={types.filter((k) => !k.archivedAt).map((k) => [k.id, k.name] as const)}
      />
      {template && (
        <Switch
          label={t("settings.fields.archive")}
          hint={t("settings.checklists.archive_hint")}
          checked={v.archived}
          change={(archived) => form.set({ archived })}
        />
      )}
    </FormSheet>
  );
}
