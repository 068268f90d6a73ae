import { Button } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { put } from "../../api/client";
import { useFormat } from "../../i18n/format";
import { Pill } from "../../parts/Pill";
import { Failed } from "../../parts/Trouble";
import { AreaField, Choice, Copyable, Field, formCss, SelectField, Switch, TextField } from "../form/fields";
import { Bones, FormPage, Page, Section } from "../form/Page";
import { useForm } from "../form/useForm";
import { formQuery, inboxQuery } from "../queries";
import type { Asked, WebForm, WholeInbox } from "../types";
import { inboxLanguages } from "./edit";
import css from "./inbox.module.css";
import { inkOn, snippets } from "./webform";

/** The way from an inbox to its contact form. */
export function FormCard({ inbox }: { inbox: number }) {
  const { t } = useTranslation();
  const form = useQuery(formQuery(inbox)).data;
  return (
    <Section title={t("settings.webform.title")} about={t("settings.webform.about")}>
      <div className={css.test}>
        <Button
          renderRoot={(props) => <Link to="/settings/$" params={{ _splat: `inboxes/${inbox}/form` }} {...props} />}
        >
          {t("settings.webform.open")}
        </Button>
        {form && (
          <Pill tone={form.active ? "ok" : "grey"}>
            {t(form.active ? "settings.webform.is_on" : "settings.webform.is_off")}
          </Pill>
        )}
      </div>
    </Section>
  );
}

/** The contact form of an inbox. */
export default function FormEditor({ id }: { id: number }) {
  const { t } = useTranslation();
  const form = useQuery(formQuery(id));
  const inbox = useQuery(inboxQuery(id));
  const back = { to: `inboxes/${id}`, label: inbox.data?.name ?? t("settings.inbox.title") };
  if (form.data && inbox.data) return <Edit server={form.data} inbox={inbox.data} back={back} />;
  const error = form.error ?? inbox.error;
  return (
    <Page title={t("settings.webform.title")} back={back}>
      {error ? (
        <Failed what={t("settings.webform.failed")} error={error} retry={() => void form.refetch()} />
      ) : (
        <Bones rows={6} />
      )}
    </Page>
  );
}

function Edit({ server, inbox, back }: { server: WebForm; inbox: WholeInbox; back: { to: string; label: string } }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const format = useFormat();
  const [language, setLanguage] = useState(inbox.language);
  const form = useForm<WebForm>(server, async (v) => {
    const { inbox: _, key: __, ...body } = v;
    const kept = await put<WebForm>(`/inboxes/${inbox.id}/form`, body);
    client.setQueryData(formQuery(inbox.id).queryKey, kept);
    return kept;
  });
  const { value, set, error } = form;
  const asked: readonly (readonly [Asked, string])[] = [
    ["required", t("settings.webform.required")],
    ["optional", t("settings.webform.optional")],
    ["off", t("settings.webform.not_asked")],
  ];
  const originError = value.origins.map((_, i) => error(`origins[${i}]`)).find(Boolean) ?? error("origins");
  const own = (code: string) => Boolean(value.greeting[code]?.trim());
  return (
    <FormPage form={form} title={t("settings.webform.title")} about={t("settings.webform.about")} back={back}>
      <Section>
        <Switch
          label={t("settings.webform.on")}
          hint={t("settings.webform.on_hint", { address: inbox.address })}
          checked={value.active}
          change={(active) => set({ active })}
        />
        {value.active && !inbox.submit.host && (
          <div className={formCss.banner} role="status">
            <span>{t("settings.webform.silent")}</span>
          </div>
        )}
      </Section>
      <Place form={server} />
      <Section title={t("settings.webform.questions")} about={t("settings.webform.questions_about")}>
        <Choice
          legend={t("settings.webform.name")}
          value={value.name}
          change={(name) => set({ name })}
          options={asked}
        />
        <Choice
          legend={t("settings.webform.subject")}
          value={value.subject}
          change={(subject) => set({ subject })}
          options={asked}
        />
        <Switch
          label={t("settings.webform.files")}
          hint={t("settings.webform.files_hint")}
          checked={value.files}
          change={(files) => set({ files })}
        />
      </Section>
      <Section title={t("settings.webform.look")}>
        <SelectField<string>
          label={t("settings.webform.language")}
          hint={t("settings.webform.language_hint")}
          value={language}
          change={setLanguage}
          options={inboxLanguages.map(
            (l) => [l, format.languageName(l) + (own(l) ? ` · ${t("settings.ack.own_short")}` : "")] as const,
          )}
        />
        <AreaField
          label={t("settings.webform.greeting")}
          hint={t("settings.webform.greeting_hint")}
          optional
          rows={3}
          lang={language}
          maxLength={600}
          value={value.greeting[language] ?? ""}
          error={error("greeting")}
          change={(text) => set({ greeting: { ...value.greeting, [language]: text } })}
        />
        <Field label={t("settings.webform.accent")} hint={t("settings.webform.accent_hint")} error={error("accent")}>
          {(wired) => (
            <span className={css.accent}>
              <input
                type="color"
                {...wired}
                value={value.accent}
                onChange={(e) => set({ accent: e.target.value.toLowerCase() })}
              />
              <span className={css.sample} style={{ background: value.accent, color: inkOn(value.accent) }} aria-hidden>
                {t("settings.webform.sample")}
              </span>
            </span>
          )}
        </Field>
        <TextField
          label={t("settings.webform.privacy")}
          hint={t("settings.webform.privacy_hint")}
          optional
          type="url"
          placeholder="https://example.com/privacy"
          maxLength={500}
          value={value.privacy}
          error={error("privacy")}
          change={(privacy) => set({ privacy })}
        />
      </Section>
      <Section title={t("settings.webform.sites")}>
        <AreaField
          label={t("settings.webform.origins")}
          hint={t("settings.webform.origins_hint")}
          optional
          rows={3}
          placeholder={"https://shop.example\nhttps://*.shop.example"}
          value={value.origins.join("\n")}
          error={originError}
          change={(text) => set({ origins: text ? text.split(/\n/) : [] })}
        />
      </Section>
    </FormPage>
  );
}

/** What is pasted into a website, and the page that needs none. */
function Place({ form }: { form: WebForm }) {
  const { t } = useTranslation();
  if (!form.key || !form.active) {
    return (
      <Section title={t("settings.webform.place")}>
        <p className={formCss.hint}>{t("settings.webform.place_later")}</p>
      </Section>
    );
  }
  const { button, within, page } = snippets(window.location.origin, form.key);
  return (
    <Section title={t("settings.webform.place")} about={t("settings.webform.place_about")}>
      <Copyable label={t("settings.webform.button")} text={button} />
      <Copyable label={t("settings.webform.within")} text={within} />
      <Copyable label={t("settings.webform.page")} text={page} />
      <p>
        <a className={css.go} href={page} target="_blank" rel="noopener noreferrer">
          {t("settings.webform.see")}
        </a>
      </p>
    </Section>
  );
}
