import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { newKey, post, put } from "../../api/client";
import { useDirectory } from "../../api/queries";
import type { TagColour } from "../../api/types";
import { typesQuery } from "../../desk/fields/queries";
import { TypeIcon } from "../../desk/fields/TypeIcon";
import type { ConversationType, TypeKind } from "../../desk/fields/types";
import { Pill, tagTone } from "../../parts/Pill";
import { FormSheet } from "../form/FormSheet";
import { Checks, SelectField, Switch, TextField } from "../form/fields";
import { useForm } from "../form/useForm";
import { Definitions } from "./Definitions";
import { IconField } from "./IconField";

const kinds: TypeKind[] = ["question", "order", "complaint", "compliment", "suggestion", "other"];
const colours: TagColour[] = ["grey", "green", "amber", "red", "blue", "violet"];

/** What conversations are by their nature. */
export default function Types() {
  const { t } = useTranslation();
  const { inbox } = useDirectory();
  return (
    <Definitions
      area="types"
      icon="sort"
      empty={t("settings.types.about")}
      query={typesQuery}
      order="/types/order"
      head={(k) => (
        <Pill tone={tagTone(k.colour)}>
          <TypeIcon name={k.icon} /> {k.name}
        </Pill>
      )}
      about={(k) =>
        k.inboxes
          .map((id) => inbox(id)?.name)
          .filter(Boolean)
          .join(", ")
      }
      edit={(type, close) => <EditType type={type} close={close} />}
    />
  );
}

type Edit = Pick<ConversationType, "name" | "kind" | "icon" | "colour" | "inboxes" | "version"> & { archived: boolean };

const editOf = (k?: ConversationType): Edit => ({
  name: k?.name ?? "",
  kind: k?.kind ?? "other",
  icon: k?.icon ?? "tag",
  colour: k?.colour ?? "grey",
  inboxes: k?.inboxes ?? [],
  archived: Boolean(k?.archivedAt),
  version: k?.version ?? 0,
});

/** The icon that a type of a kind has unless another one is chosen. */
const iconOf = (kind: TypeKind) => (kind === "other" ? "tag" : kind);

function EditType({ type, close }: { type?: ConversationType; close: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { inboxes } = useDirectory();
  const [key] = useState(newKey);
  const [server] = useState<Edit>(() => editOf(type));
  const form = useForm<Edit>(
    server,
    async (v) => {
      const body = { ...v, name: v.name.trim() };
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
        change={(kind) => form.set({ kind, ...(v.icon === iconOf(v.kind) && { icon: iconOf(kind) }) })}
        options={kinds.map((k) => [k, t(`settings.types.kind.${k}`)] as const)}
      />
      <IconField label={t("settings.types.icon")} value={v.icon} change={(icon) => form.set({ icon })} />
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
