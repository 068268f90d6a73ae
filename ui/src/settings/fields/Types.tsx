import { Button } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { newKey, post, put } from "../../api/client";
import { useDirectory } from "../../api/queries";
import type { TagColour } from "../../api/types";
import { typesQuery } from "../../desk/fields/queries";
import type { ConversationType, TypeKind } from "../../desk/fields/types";
import { Pill, tagTone } from "../../parts/Pill";
import { Failed, Quiet } from "../../parts/Trouble";
import { FormSheet } from "../form/FormSheet";
import { Checks, SelectField, Switch, TextField } from "../form/fields";
import { Bones, Page, Section } from "../form/Page";
import { useForm } from "../form/useForm";
import list from "../list.module.css";

const kinds: TypeKind[] = ["question", "order", "complaint", "compliment", "suggestion", "other"];
const colours: TagColour[] = ["grey", "green", "amber", "red", "blue", "violet"];

/** What conversations are by their nature. */
export default function Types() {
  const { t } = useTranslation();
  const types = useQuery(typesQuery);
  const { inbox } = useDirectory();
  const [editing, setEditing] = useState<ConversationType | "new">();
  return (
    <Page
      title={t("settings.types.title")}
      about={t("settings.types.about")}
      acts={
        <Button variant="filled" onClick={() => setEditing("new")}>
          {t("settings.types.create")}
        </Button>
      }
    >
      {types.isPending && <Bones rows={3} />}
      {types.error && (
        <Failed what={t("settings.types.failed")} error={types.error} retry={() => void types.refetch()} />
      )}
      {types.data?.length === 0 && (
        <Quiet icon="sort" title={t("settings.types.none")}>
          <p>{t("settings.types.about")}</p>
        </Quiet>
      )}
      {types.data && types.data.length > 0 && (
        <Section flush>
          {types.data.map((k) => (
            <div key={k.id} className={list.row} data-off={k.archivedAt ? true : undefined}>
              <div className={list.body}>
                <div className={list.name}>
                  <Pill tone={tagTone(k.colour)}>{k.name}</Pill>
                  {k.archivedAt && <Pill>{t("settings.fields.archived")}</Pill>}
                </div>
                {k.inboxes.length > 0 && (
                  <div className={list.quiet}>
                    {k.inboxes
                      .map((id) => inbox(id)?.name)
                      .filter(Boolean)
                      .join(", ")}
                  </div>
                )}
              </div>
              <Button onClick={() => setEditing(k)} aria-label={`${t("common.edit")}: ${k.name}`}>
                {t("common.edit")}
              </Button>
            </div>
          ))}
        </Section>
      )}
      {editing && <EditType type={editing === "new" ? undefined : editing} close={() => setEditing(undefined)} />}
    </Page>
  );
}

type Edit = Pick<ConversationType, "name" | "kind" | "colour" | "inboxes" | "version"> & { archived: boolean };

const editOf = (k?: ConversationType): Edit => ({
  name: k?.name ?? "",
  kind: k?.kind ?? "other",
  colour: k?.colour ?? "grey",
  inboxes: k?.inboxes ?? [],
  archived: Boolean(k?.archivedAt),
  version: k?.version ?? 0,
});

function EditType({ type, close }: { type?: ConversationType; close: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { inboxes } = useDirectory();
  const [key] = useState(newKey);
  const [server] = useState<Edit>(() => editOf(type));
  const form = useForm<Edit>(
    server,
    async (v) => {
      const body = { ...v, name: v.name.trim(), icon: v.kind === "other" ? "tag" : v.kind };
      const kept = type
        ? await put<ConversationType>(`/types/${type.id}`, body)
        : await post<ConversationType>("/types", { ...body, version: undefined }, key);
      await client.invalidateQueries({ queryKey: typesQuery.queryKey });
      return editOf(kept);
    },
    { check: (v): Record<string, string> => (v.name.trim() ? {} : { name: t("form.refusal.needed") }) },
  );
  const v = form.value;
  return (
    <FormSheet
      title={t(type ? "settings.types.edit" : "settings.types.create")}
      form={form}
      save={t(type ? "common.save" : "settings.fields.make")}
      close={close}
    >
      <TextField
        label={t("settings.fields.name")}
        value={v.name}
        error={form.error("name")}
        change={(name) => form.set({ name })}
        maxLength={60}
        autoFocus={!type}
      />
      <SelectField<TypeKind>
        label={t("settings.types.kind_label")}
        hint={t("settings.types.kind_hint")}
        value={v.kind}
        change={(kind) => form.set({ kind })}
        options={kinds.map((k) => [k, t(`settings.types.kind.${k}`)] as const)}
      />
      <SelectField<TagColour>
        label={t("settings.tags.colour")}
        value={v.colour}
        change={(colour) => form.set({ colour })}
        options={colours.map((c) => [c, t(`settings.tags.colours.${c}`)] as const)}
      />
      <Checks<number>
        legend={t("settings.types.inboxes")}
        hint={t("settings.types.inboxes_hint")}
        value={v.inboxes}
        change={(chosen) => form.set({ inboxes: chosen })}
        options={inboxes.map((i) => [i.id, i.name] as const)}
      />
      {type && (
        <Switch
          label={t("settings.fields.archive")}
          hint={t("settings.types.archive_hint")}
          checked={v.archived}
          change={(archived) => form.set({ archived })}
        />
      )}
    </FormSheet>
  );
}
