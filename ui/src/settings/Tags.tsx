import { Button } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { del, newKey, patch, post } from "../api/client";
import { tagsQuery } from "../api/queries";
import type { Tag, TagColour } from "../api/types";
import { Pill, tagTone } from "../parts/Pill";
import { Failed, Quiet } from "../parts/Trouble";
import { toast } from "../parts/toast";
import { Ask } from "./Ask";
import { FormSheet } from "./form/FormSheet";
import { Field, SelectField, TextField } from "./form/fields";
import { Bones, Page, Section } from "./form/Page";
import { useFind } from "./form/useFind";
import { useForm } from "./form/useForm";
import list from "./list.module.css";

const colours: TagColour[] = ["grey", "green", "amber", "red", "blue", "violet"];

/** Words that sort conversations. */
export default function Tags() {
  const { t } = useTranslation();
  const tags = useQuery(tagsQuery);
  const [editing, setEditing] = useState<Tag | "new">();
  const [found, find] = useFind(tags.data ?? [], (tag) => tag.name);
  return (
    <Page
      title={t("settings.tags.title")}
      about={t("settings.tags.about")}
      acts={
        <Button variant="filled" onClick={() => setEditing("new")}>
          {t("settings.tags.create")}
        </Button>
      }
    >
      {tags.isPending && <Bones rows={3} />}
      {tags.error && <Failed what={t("settings.tags.failed")} error={tags.error} retry={() => void tags.refetch()} />}
      {tags.data?.length === 0 && (
        <Quiet icon="list" title={t("settings.tags.none")}>
          <p>{t("settings.tags.none_text")}</p>
        </Quiet>
      )}
      {find}
      {found.length > 0 && (
        <Section flush>
          {found.map((tag) => (
            <div key={tag.id} className={list.row}>
              <div className={list.body}>
                <Pill tone={tagTone(tag.colour)}>{tag.name}</Pill>
              </div>
              <Button onClick={() => setEditing(tag)} aria-label={`${t("common.edit")}: ${tag.name}`}>
                {t("common.edit")}
              </Button>
            </div>
          ))}
        </Section>
      )}
      {editing && <EditTag tag={editing === "new" ? undefined : editing} close={() => setEditing(undefined)} />}
    </Page>
  );
}

type Edit = Pick<Tag, "name" | "colour" | "version">;

function EditTag({ tag, close }: { tag?: Tag; close: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [key] = useState(newKey);
  const [dropping, setDropping] = useState(false);
  const [server] = useState<Edit>(() => ({
    name: tag?.name ?? "",
    colour: tag?.colour ?? "grey",
    version: tag?.version ?? 0,
  }));
  const renew = () => client.invalidateQueries({ queryKey: tagsQuery.queryKey });
  const form = useForm<Edit>(
    server,
    async (v) => {
      const body = { name: v.name.trim(), colour: v.colour };
      const kept = tag
        ? await patch<Tag>(`/tags/${tag.id}`, { ...body, version: v.version })
        : await post<Tag>("/tags", body, key);
      await renew();
      return { name: kept.name, colour: kept.colour, version: kept.version };
    },
    { check: (v): Record<string, string> => (v.name.trim() ? {} : { name: t("form.refusal.needed") }) },
  );
  return (
    <>
      <FormSheet
        title={tag ? t("settings.tags.edit") : t("settings.tags.create")}
        form={form}
        save={tag ? t("common.save") : t("settings.tags.make")}
        close={close}
        aside={tag && <Button onClick={() => setDropping(true)}>{t("settings.delete")}</Button>}
      >
        <TextField
          label={t("settings.tags.name")}
          value={form.value.name}
          error={form.error("name")}
          change={(name) => form.set({ name })}
          maxLength={60}
          autoFocus={!tag}
        />
        <SelectField<TagColour>
          label={t("settings.tags.colour")}
          value={form.value.colour}
          error={form.error("colour")}
          change={(colour) => form.set({ colour })}
          options={colours.map((c) => [c, t(`settings.tags.colours.${c}`)] as const)}
        />
        <Field label={t("settings.tags.looks")}>
          {(wired) => (
            <output id={wired.id}>
              <Pill tone={tagTone(form.value.colour)}>{form.value.name.trim() || t("settings.tags.sample")}</Pill>
            </output>
          )}
        </Field>
      </FormSheet>
      {dropping && tag && (
        <Ask
          title={t("settings.tags.delete_title", { name: tag.name })}
          act={t("settings.delete")}
          close={() => setDropping(false)}
          run={async () => {
            await del(`/tags/${tag.id}`);
            await renew();
            toast(t("settings.deleted"));
            close();
          }}
        >
          {t("settings.tags.delete_text")}
        </Ask>
      )}
    </>
  );
}
