import { Button } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { del, newKey, patch, post } from "../../api/client";
import { inboxesQuery, teamsQuery } from "../../api/queries";
import { useMe } from "../../app/session";
import { useFormat } from "../../i18n/format";
import { Failed } from "../../parts/Trouble";
import { toast } from "../../parts/toast";
import { Ask } from "../Ask";
import { AreaField, Checks, Choice, formCss, NumberField, SelectField, Switch, TextField } from "../form/fields";
import { Bones, FormPage, Page, Section } from "../form/Page";
import { useForm } from "../form/useForm";
import { GoesBy } from "../hours/GoesBy";
import list from "../list.module.css";
import { healthQuery, inboxQuery } from "../queries";
import { SignatureField } from "../SignatureField";
import type { InboxEdit, WholeInbox } from "../types";
import { Acknowledgement } from "./Acknowledgement";
import { addressTyped, bodyOf, editOf, emptyInbox, inboxLanguages, unitOf } from "./edit";
import { FormCard } from "./FormEditor";
import { HealthLines, Mend, StatePill } from "./Inboxes";
import { useOAuthRefusal } from "./oauthRefusal";
import { Servers } from "./Servers";

/** One inbox, or a new one where id is 0. */
export default function InboxEditor({ id }: { id: number }) {
  const { t } = useTranslation();
  const me = useMe();
  const inbox = useQuery({ ...inboxQuery(id), enabled: id > 0 });
  const [fresh] = useState(() => emptyInbox(me.language));
  const back = { to: "inboxes", label: t("settings.inboxes.title") };
  if (!id) return <Edit server={fresh} back={back} />;
  if (inbox.data) return <Loaded inbox={inbox.data} back={back} />;
  return (
    <Page title={t("settings.inbox.title")} back={back}>
      {inbox.error ? (
        <Failed what={t("settings.inboxes.failed")} error={inbox.error} retry={() => void inbox.refetch()} />
      ) : (
        <Bones rows={6} />
      )}
    </Page>
  );
}

interface Back {
  to: string;
  label: string;
}

function Loaded({ inbox, back }: { inbox: WholeInbox; back: Back }) {
  const [kept, setKept] = useState(() => ({ inbox, edit: editOf(inbox) }));
  if (kept.inbox !== inbox) setKept({ inbox, edit: editOf(inbox) });
  return <Edit server={kept.edit} inbox={inbox} back={back} />;
}

function Edit({ server, inbox, back }: { server: InboxEdit; inbox?: WholeInbox; back: Back }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const health = useQuery(healthQuery).data?.find((h) => h.inbox === inbox?.id);
  const teams = useQuery(teamsQuery).data ?? [];
  const format = useFormat();
  const [key, setKey] = useState(newKey);
  const [round, setRound] = useState(0);
  const [dropping, setDropping] = useState(false);
  const authorised = new URLSearchParams(window.location.search).get("oauth") === "ok";
  const refusedWhy = useOAuthRefusal();
  const form = useForm<InboxEdit>(
    server,
    async (v) => {
      try {
        const kept = inbox
          ? await patch<WholeInbox>(`/inboxes/${inbox.id}`, bodyOf(v))
          : await post<WholeInbox>("/inboxes", bodyOf(v), key);
        client.setQueryData(inboxQuery(kept.id).queryKey, kept);
        await client.invalidateQueries({ queryKey: inboxesQuery.queryKey });
        if (!inbox) {
          // After the form has taken it over: then nothing is unsaved.
          setTimeout(
            () => void navigate({ to: "/settings/$", params: { _splat: `inboxes/${kept.id}` }, replace: true }),
          );
        }
        return editOf(kept);
      } catch (err) {
        setKey(newKey());
        throw err;
      }
    },
    {
      check: (v) => ({
        ...(v.name.trim() ? {} : { name: t("form.refusal.needed") }),
        ...(/^(?:\S+|".+")@\S+$/.test(v.address.trim()) ? {} : { address: t("form.refusal.no_mail_address") }),
        ...(v.receive.method !== "imap" || v.receive.host?.trim()
          ? {}
          : { "receive.host": t("form.refusal.host_needed") }),
      }),
    },
  );
  const { value, set, error } = form;
  const again = (act: () => void) => () => {
    act();
    setRound((n) => n + 1);
  };
  const aliasError = Array.from({ length: 50 }, (_, i) => error(`aliases[${i}]`)).find(Boolean) ?? error("aliases");
  return (
    <FormPage
      form={{ ...form, reset: again(form.reset), takeTheirs: again(form.takeTheirs) }}
      title={inbox ? value.name || inbox.name : t("settings.inboxes.create")}
      back={back}
      save={inbox ? undefined : t("settings.inbox.make")}
    >
      {refusedWhy && (
        <div className={formCss.banner} role="alert">
          <span>{refusedWhy}</span>
        </div>
      )}
      {authorised && (
        <div className={formCss.banner} data-tone="ok" role="status">
          <span>{t("settings.oauth.done")}</span>
        </div>
      )}
      {inbox && (
        <Section flush>
          <div className={`${list.row} ${list.wrap}`}>
            <span className={list.dot} data-state={health?.state ?? "off"} />
            <div className={list.body}>
              <StatePill inbox={inbox} health={health} />
              {health && <HealthLines health={health} />}
            </div>
            <Mend inbox={inbox} health={health} />
          </div>
        </Section>
      )}
      <Section title={t("settings.inbox.who")}>
        <div className={formCss.row}>
          <TextField
            label={t("settings.inbox.name")}
            hint={t("settings.inbox.name_hint")}
            value={value.name}
            error={error("name")}
            change={(name) => set({ name })}
            maxLength={100}
            autoFocus={!inbox}
          />
          <TextField
            label={t("settings.inbox.address")}
            hint={t("settings.inbox.address_hint")}
            type="email"
            value={value.address}
            error={error("address")}
            change={(address) => set(addressTyped(address, value))}
            placeholder="info@example.com"
            autoComplete="off"
            maxLength={320}
          />
        </div>
        <div className={formCss.row}>
          <TextField
            label={t("settings.inbox.from")}
            hint={t("settings.inbox.from_hint")}
            optional
            value={value.fromName ?? ""}
            error={error("fromName")}
            change={(fromName) => set({ fromName })}
            maxLength={100}
          />
          <SelectField<string>
            label={t("settings.inbox.language")}
            hint={t("settings.inbox.language_hint")}
            value={value.language}
            error={error("language")}
            change={(language) => set({ language })}
            options={inboxLanguages.map((l) => [l, format.languageName(l)] as const)}
          />
        </div>
        <AreaField
          label={t("settings.inbox.aliases")}
          hint={t("settings.inbox.aliases_hint")}
          optional
          rows={2}
          value={value.aliases.join("\n")}
          error={aliasError}
          change={(text) => set({ aliases: text ? text.split(/[\n,;]/) : [] })}
        />
      </Section>
      <Servers value={value} set={set} error={error} inbox={inbox} dirty={form.dirty} />
      <Section title={t("settings.inbox.work")}>
        <AnswerWithin minutes={value.answerWithin} change={(answerWithin) => set({ answerWithin })} />
        {inbox && <GoesBy kind="inboxes" id={inbox.id} />}
        <Choice
          legend={t("settings.inbox.reopen")}
          value={value.reopen}
          change={(reopen) => set({ reopen })}
          options={[
            ["within", t("settings.inbox.reopen_within"), t("settings.inbox.reopen_within_hint")],
            ["always", t("settings.inbox.reopen_always"), t("settings.inbox.reopen_always_hint")],
            ["never", t("settings.inbox.reopen_never"), t("settings.inbox.reopen_never_hint")],
          ]}
        />
        {value.reopen === "within" && (
          <NumberField
            label={t("settings.inbox.reopen_days")}
            suffix={t("settings.inbox.days", { count: value.reopenDays })}
            value={value.reopenDays}
            error={error("reopenDays")}
            change={(n) => set({ reopenDays: Math.min(3650, n) })}
          />
        )}
        <SelectField<number>
          label={t("settings.inbox.team")}
          hint={t("settings.inbox.team_hint")}
          value={value.team ?? 0}
          error={error("team")}
          change={(team) => set({ team })}
          options={[[0, t("settings.inbox.no_team")], ...teams.map((x) => [x.id, x.name] as const)]}
        />
        <Checks
          legend={t("settings.inbox.teams")}
          hint={t("settings.inbox.teams_hint")}
          value={value.teams}
          error={error("teams")}
          change={(chosen) => set({ teams: chosen })}
          options={teams.map((x) => [x.id, x.name] as const)}
          empty={t("settings.inbox.teams_none")}
        />
      </Section>
      <Acknowledgement value={value} set={set} />
      {inbox && <FormCard inbox={inbox.id} />}
      <Section title={t("settings.inbox.signature")} about={t("settings.inbox.signature_about")}>
        <SignatureField
          key={round}
          label={t("settings.inbox.signature")}
          html={value.signature ?? ""}
          error={error("signature")}
          sender={value.fromName || value.name || t("settings.inbox.title")}
          change={(signature) => set({ signature })}
        />
      </Section>
      <Section title={t("settings.inbox.token")}>
        <Switch
          label={t("settings.inbox.token_on")}
          hint={t("settings.inbox.token_hint", { address: plus(value.address || "info@example.com") })}
          checked={value.replyToken}
          change={(replyToken) => set({ replyToken })}
        />
      </Section>
      <Section title={t("settings.inbox.end")}>
        <Switch
          label={t("settings.inbox.active")}
          hint={t("settings.inbox.active_hint")}
          checked={value.active}
          change={(active) => set({ active })}
        />
        {inbox && (
          <div>
            <Button onClick={() => setDropping(true)}>{t("settings.inbox.delete")}</Button>
          </div>
        )}
      </Section>
      {dropping && inbox && (
        <Ask
          title={t("settings.inbox.delete_title", { name: inbox.name })}
          act={t("settings.delete")}
          close={() => setDropping(false)}
          run={async () => {
            await del(`/inboxes/${inbox.id}`);
            form.reset();
            toast(t("settings.deleted"));
            setTimeout(() => {
              void client.invalidateQueries({ queryKey: inboxesQuery.queryKey });
              void navigate({ to: "/settings/$", params: { _splat: "inboxes" } });
            });
          }}
        >
          {t("settings.inbox.delete_text")}
        </Ask>
      )}
    </FormPage>
  );
}

const plus = (address: string) => address.replace("@", "+r7k2m9q4@");

function AnswerWithin({ minutes, change }: { minutes: number; change: (minutes: number) => void }) {
  const { t } = useTranslation();
  const [unit, setUnit] = useState(() => unitOf(minutes).unit);
  const size = unit === "hours" ? 60 : 1;
  return (
    <>
      <Switch
        label={t("settings.inbox.answer_on")}
        hint={t("settings.inbox.answer_hint")}
        checked={minutes > 0}
        change={(on) => change(on ? 24 * 60 : 0)}
      />
      {minutes > 0 && (
        <div className={formCss.row}>
          <NumberField
            label={t("settings.inbox.answer_within")}
            min={1}
            value={Math.round(minutes / size)}
            change={(n) => change(Math.min(43_200, Math.max(1, n) * size))}
          />
          <SelectField<"hours" | "minutes">
            label={t("settings.inbox.unit")}
            value={unit}
            change={(next) => {
              setUnit(next);
              change(Math.min(43_200, Math.max(1, Math.round(minutes / size)) * (next === "hours" ? 60 : 1)));
            }}
            options={[
              ["hours", t("settings.inbox.hours", { count: Math.round(minutes / size) })],
              ["minutes", t("settings.inbox.minutes", { count: Math.round(minutes / size) })],
            ]}
          />
        </div>
      )}
    </>
  );
}
