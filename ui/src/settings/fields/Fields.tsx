import { Button } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { newKey, post, put } from "../../api/client";
import { useDirectory } from "../../api/queries";
import { fieldsQuery, typesQuery } from "../../desk/fields/queries";
import type { CustomField, FieldKind, FieldTarget } from "../../desk/fields/types";
import { Icon } from "../../parts/Icon";
import { Pill } from "../../parts/Pill";
import { Failed, Quiet } from "../../parts/Trouble";
import { toast } from "../../parts/toast";
import { inWords } from "../../parts/trouble";
import { FormSheet } from "../form/FormSheet";
import { Checks, NumberField, SelectField, Switch, TextField } from "../form/fields";
import { Bones, Page, Section } from "../form/Page";
import { useForm } from "../form/useForm";
import list from "../list.module.css";
import { Options } from "./Options";

const targets: FieldTarget[] = ["conversation", "customer", "organisation"];
const kinds: FieldKind[] = ["text", "number", "money", "date", "choice", "tree", "yes_no", "people"];

/** Custom fields of conversations, customers and organisations. */
export default function Fields() {
  const { t } = useTranslation();
  const fields = useQuery(fieldsQuery);
  const [editing, setEditing] = useState<CustomField | "new">();
  return (
    <Page
      title={t("settings.fields.title")}
      about={t("settings.fields.about")}
      acts={
        <Button variant="filled" onClick={() => setEditing("new")}>
          {t("settings.fields.create")}
        </Button>
      }
    >
      {fields.isPending && <Bones rows={3} />}
      {fields.error && (
        <Failed what={t("settings.fields.failed")} error={fields.error} retry={() => void fields.refetch()} />
      )}
      {fields.data?.length === 0 && (
        <Quiet icon="form" title={t("settings.fields.none")}>
          <p>{t("settings.fields.none_text")}</p>
        </Quiet>
      )}
      {targets.map((target) => {
        const of = fields.data?.filter((f) => f.target === target) ?? [];
        if (of.length === 0) return null;
        return (
          <Section key={target} title={t(`settings.fields.target.${target}`)} flush>
            {of.map((f, i) => (
              <FieldRow key={f.id} field={f} before={of[i - 1]} all={of} edit={() => setEditing(f)} />
            ))}
          </Section>
        );
      })}
      {editing && <EditField field={editing === "new" ? undefined : editing} close={() => setEditing(undefined)} />}
    </Page>
  );
}

function FieldRow({
  field: f,
  before,
  all,
  edit,
}: {
  field: CustomField;
  before: CustomField | undefined;
  all: CustomField[];
  edit: () => void;
}) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const up = () => {
    const ids = all.map((o) => o.id).filter((id) => id !== f.id);
    ids.splice(ids.indexOf(before?.id ?? 0), 0, f.id);
    put("/fields/order", { ids }).then(
      () => client.invalidateQueries({ queryKey: fieldsQuery.queryKey }),
      (err) => toast(inWords(t, err), { tone: "bad" }),
    );
  };
  return (
    <div className={list.row} data-off={f.archivedAt ? true : undefined}>
      <div className={list.body}>
        <div className={list.name}>
          {f.name} {f.required && <Pill tone="warn">{t("settings.fields.required_short")}</Pill>}
          {f.archivedAt && <Pill>{t("settings.fields.archived")}</Pill>}
        </div>
        <div className={list.quiet}>
          {t(`settings.fields.kind.${f.kind}`)} · {f.key}
        </div>
      </div>
      <div className={list.acts}>
        {before && (
          <Button
            onClick={up}
            aria-label={t("settings.fields.up", { name: f.name })}
            title={t("settings.fields.up", { name: f.name })}
          >
            <span style={{ display: "inline-flex", transform: "rotate(180deg)" }}>
              <Icon name="down" size={15} />
            </span>
          </Button>
        )}
        <Button onClick={edit} aria-label={`${t("common.edit")}: ${f.name}`}>
          {t("common.edit")}
        </Button>
      </div>
    </div>
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
