import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { newKey, post, put } from "../../api/client";
import { useDirectory } from "../../api/queries";
import { fieldsQuery, typesQuery } from "../../desk/fields/queries";
import type { CustomField, FieldKind, FieldTarget } from "../../desk/fields/types";
import { Pill } from "../../parts/Pill";
import { FormSheet } from "../form/FormSheet";
import { Checks, NumberField, SelectField, Switch, TextField } from "../form/fields";
import { useForm } from "../form/useForm";
import { Definitions } from "./Definitions";
import { Options } from "./Options";

const targets: FieldTarget[] = ["conversation", "customer", "organisation"];
const kinds: FieldKind[] = ["text", "number", "money", "date", "choice", "tree", "yes_no", "people"];

/** Custom fields of conversations, customers and organisations. */
export default function Fields() {
  const { t } = useTranslation();
  return (
    <Definitions
      area="fields"
      icon="form"
      empty={t("settings.fields.none_text")}
      query={fieldsQuery}
      order="/fields/order"
      parts={(all) =>
        targets.map((target) => ({
          key: target,
          title: t(`settings.fields.target.${target}`),
          of: all.filter((f) => f.target === target),
        }))
      }
      head={(f) => (
        <>
          {f.name} {f.required && <Pill tone="warn">{t("settings.fields.required_short")}</Pill>}
        </>
      )}
      about={(f) => `${t(`settings.fields.kind.${f.kind}`)} · ${f.key}`}
      edit={(field, close) => <EditField field={field} close={close} />}
    />
  );
}

type Edit = Omit<CustomField, "id" | "key" | "position" | "archivedAt"> & { archived: boolean };

const editOf = (f?: CustomField): Edit => ({
  target: f?.target ?? "conversation",
  name: f?.name ?? "",
  hint: f?.hint ?? "",
  kind: f?.kind ?? "text",
  form: f?.form ?? {},
  options: f?.options ?? [],
  types: f?.types ?? [],
  inboxes: f?.inboxes ?? [],
  required: f?.required ?? false,
  personal: f?.personal ?? false,
  archived: Boolean(f?.archivedAt),
  version: f?.version ?? 0,
});

const readLimit = (text: string) => (text.trim() === "" ? undefined : Number(text.replace(",", ".")));

function EditField({ field, close }: { field?: CustomField; close: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const directory = useDirectory();
  const types = useQuery(typesQuery).data ?? [];
  const [key] = useState(newKey);
  const [server] = useState<Edit>(() => editOf(field));
  const form = useForm<Edit>(
    server,
    async (v) => {
      const body = { ...v, name: v.name.trim(), options: v.options.filter((o) => o.name.trim() !== "") };
      const kept = field
        ? await put<CustomField>(`/fields/${field.id}`, { ...body, target: undefined, kind: undefined })
        : await post<CustomField>("/fields", { ...body, version: undefined }, key);
      await client.invalidateQueries({ queryKey: fieldsQuery.queryKey });
      return editOf(kept);
    },
    { check: (v): Record<string, string> => (v.name.trim() ? {} : { name: t("form.refusal.needed") }) },
  );
  const v = form.value;
  const shape = (more: Edit["form"]) => form.set({ form: { ...v.form, ...more } });
  const bounded = v.kind === "number" || v.kind === "money";
  return (
    <FormSheet
      title={t(field ? "settings.fields.edit" : "settings.fields.create")}
      form={form}
      save={t(field ? "common.save" : "settings.fields.make")}
      close={close}
    >
      <TextField
        label={t("settings.fields.name")}
        value={v.name}
        error={form.error("name")}
        change={(name) => form.set({ name })}
        maxLength={80}
        autoFocus={!field}
      />
      {!field && (
        <>
          <SelectField<FieldTarget>
            label={t("settings.fields.belongs")}
            value={v.target}
            change={(target) => form.set({ target })}
            options={targets.map((o) => [o, t(`settings.fields.target.${o}`)] as const)}
          />
          <SelectField<FieldKind>
            label={t("settings.fields.holds")}
            value={v.kind}
            error={form.error("kind")}
            change={(kind) => form.set({ kind })}
            options={kinds.map((o) => [o, t(`settings.fields.kind.${o}`)] as const)}
          />
        </>
      )}
      <TextField
        label={t("settings.fields.hint")}
        optional
        value={v.hint ?? ""}
        change={(hint) => form.set({ hint })}
        maxLength={300}
      />
      {v.kind === "text" && (
        <Switch
          label={t("settings.fields.lines")}
          checked={v.form.lines ?? false}
          change={(lines) => shape({ lines })}
        />
      )}
      {v.kind === "number" && (
        <>
          <NumberField
            label={t("settings.fields.decimals")}
            value={v.form.decimals ?? 0}
            error={form.error("form.decimals")}
            change={(decimals) => shape({ decimals: Math.min(6, decimals) })}
          />
          <TextField
            label={t("settings.fields.unit")}
            optional
            value={v.form.unit ?? ""}
            change={(unit) => shape({ unit })}
            maxLength={20}
          />
        </>
      )}
      {v.kind === "money" && (
        <TextField
          label={t("settings.fields.currency")}
          value={v.form.currency ?? "EUR"}
          error={form.error("form.currency")}
          change={(currency) => shape({ currency: currency.toUpperCase() })}
          maxLength={3}
        />
      )}
      {bounded && (
        <>
          <TextField
            label={t("settings.fields.min")}
            optional
            inputMode="decimal"
            value={v.form.min ?? ""}
            change={(text) => shape({ min: readLimit(text) })}
          />
          <TextField
            label={t("settings.fields.max")}
            optional
            inputMode="decimal"
            error={form.error("form.max")}
            value={v.form.max ?? ""}
            change={(text) => shape({ max: readLimit(text) })}
          />
        </>
      )}
      {(v.kind === "choice" || v.kind === "people") && (
        <Switch
          label={t("settings.fields.several")}
          checked={v.form.several ?? false}
          change={(several) => shape({ several })}
        />
      )}
      {(v.kind === "choice" || v.kind === "tree") && (
        <Options
          tree={v.kind === "tree"}
          options={v.options}
          error={form.error("options")}
          change={(options) => form.set({ options })}
        />
      )}
      {v.target === "conversation" && (
        <>
          {types.length > 0 && (
            <Checks<number>
              legend={t("settings.fields.types")}
              hint={t("settings.fields.types_hint")}
              value={v.types}
              change={(chosen) => form.set({ types: chosen })}
              options={types.filter((k) => !k.archivedAt).map((k) => [k.id, k.name] as const)}
            />
          )}
          <Checks<number>
            legend={t("settings.fields.inboxes")}
            hint={t("settings.fields.inboxes_hint")}
            value={v.inboxes}
            change={(chosen) => form.set({ inboxes: chosen })}
            options={directory.inboxes.map((i) => [i.id, i.name] as const)}
          />
          <Switch
            label={t("settings.fields.required")}
            hint={t("settings.fields.required_hint")}
            checked={v.required ?? false}
            change={(required) => form.set({ required })}
          />
        </>
      )}
      <Switch
        label={t("settings.fields.personal")}
        hint={t("settings.fields.personal_hint")}
        checked={v.personal ?? false}
        change={(personal) => form.set({ personal })}
      />
      {field && (
        <Switch
          label={t("settings.fields.archive")}
          hint={t("settings.fields.archive_hint")}
          checked={v.archived}
          change={(archived) => form.set({ archived })}
        />
      )}
    </FormSheet>
  );
}
