import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { newKey, post, put } from "../../api/client";
import { useMe } from "../../app/session";
import { type Attribute, Offered, ruleAttributesQuery, Subject } from "../../desk/views/attributes";
import { ConditionEditor } from "../../desk/views/ConditionEditor";
import { Checks, SelectField, Switch, TextField, Wrong } from "../form/fields";
import { FormPage, Section } from "../form/Page";
import { useForm } from "../form/useForm";
import { ActionFields } from "../macros/ActionFields";
import { Firings } from "./Firings";
import { History } from "./History";
import {
  blank,
  byTime,
  editOf,
  eventKey,
  isTimed,
  type Rule,
  type RuleEdit,
  rulesQuery,
  type Start,
  starts,
} from "./queries";
import { TryOut } from "./TryOut";
import { useTakeBack } from "./takeBack";

/** What rules that act by time can ask for: nothing happened that a message or its writer could be told of. */
const ofTime = (a: Attribute) => (/^(event|message|agent|team)\./.test(a.key) ? undefined : a);

/** A rule, or a new one: id is then the last part of the address, which may name a ready-made start. */
export function RuleEditor({ rule, id, renewed }: { rule?: Rule; id: string; renewed?: () => void }) {
  const { t } = useTranslation();
  const me = useMe();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [key] = useState(newKey);
  const events = useQuery(ruleAttributesQuery).data?.events ?? [];
  const [empty] = useState(() => blank(me.timeZone || "UTC"));
  const form = useForm<RuleEdit>(
    rule ? editOf(rule) : empty,
    async (v) => {
      const kept = rule ? await put<Rule>(`/rules/${rule.id}`, v) : await post<Rule>("/rules", v, key);
      await client.invalidateQueries({ queryKey: rulesQuery.queryKey });
      if (!rule) void navigate({ to: "/settings/$", params: { _splat: "rules" }, ignoreBlocker: true });
      return editOf(kept);
    },
    {
      check: (v) => ({
        ...(v.name.trim() ? {} : { name: t("form.refusal.needed") }),
        ...(v.events.length ? {} : { events: t("rule.no_event") }),
        ...(v.actions.length ? {} : { actions: t("rule.no_action") }),
        ...Object.fromEntries(
          v.actions.flatMap((a, i) =>
            a.do === "answer" && !a.macro ? [[`actions[${i}].macro`, t("form.refusal.needed")]] : [],
          ),
        ),
      }),
      shows: (at) => /^(name|condition|events|actions)/.test(at),
      begin: rule ? undefined : starts[id.replace(/^new-?/, "") as Start]?.(t), // a ready-made start is something that is not saved yet
    },
  );
  const { value: v, set, error } = form;
  const timed = isTimed(v);
  const takeBack = useTakeBack();
  return (
    <FormPage
      form={form}
      title={rule?.name ?? t("rule.create")}
      back={{ to: "rules", label: t("settings.rules.title") }}
      wide
      save={rule ? undefined : t("rule.make")}
    >
      <Section>
        <TextField
          label={t("rule.name")}
          value={v.name}
          error={error("name")}
          change={(name) => set({ name })}
          maxLength={80}
          autoFocus={!rule}
        />
        <Switch
          label={t("rule.active")}
          hint={t("rule.active_hint")}
          checked={v.active}
          change={(active) => set({ active })}
        />
      </Section>
      <Section title={t("rule.when")} about={t(timed ? "rule.time_about" : "rule.when_about")}>
        <SelectField
          label={t("rule.acts")}
          value={timed ? "time" : "event"}
          change={(to) => set({ events: to === "time" ? byTime : empty.events })}
          options={[
            ["event", t("rule.by_event")],
            ["time", t("rule.by_time")],
          ]}
          hint={timed ? t("rule.time_hint") : undefined}
        />
        {!timed && (
          <Checks<string>
            legend={t("rule.event")}
            value={v.events}
            error={error("events")}
            change={(chosen) => set({ events: events.filter((e) => chosen.includes(e)) })}
            options={events.map((e) => [e, t(eventKey(e))] as const)}
          />
        )}
      </Section>
      <Section
        title={t("rule.condition")}
        about={timed ? t("rule.time_condition", { zone: v.zone }) : t("rule.condition_about")}
      >
        <Subject value="rule">
          <Offered value={timed ? ofTime : undefined}>
            <ConditionEditor
              node={v.condition}
              change={(condition) => set({ condition })}
              error={(path) => error(`condition.${path}`)}
            />
          </Offered>
        </Subject>
        <Wrong error={error("condition")} />
      </Section>
      <Section title={t("rule.then")} about={t("rule.then_about")}>
        <ActionFields
          impersonal
          actions={v.actions}
          change={(actions) => set({ actions })}
          error={(at, field) => error(`actions[${at}].${field}`) ?? error(`actions[${at}]`)}
        />
        <Wrong error={error("actions")} />
        {!timed && (
          <Switch label={t("rule.stop")} hint={t("rule.stop_hint")} checked={v.stop} change={(stop) => set({ stop })} />
        )}
      </Section>
      <Section title={t("rule.try")} about={t(timed ? "rule.time_try" : "rule.try_about")}>
        <TryOut rule={v} />
      </Section>
      {rule && (
        <Section title={t("rule.did")} about={t("rule.did_about")} flush>
          <Firings rule={rule.id} />
        </Section>
      )}
      {rule && (
        <Section title={t("rule.history")} about={t(form.dirty ? "rule.history_dirty" : "rule.history_about")} flush>
          <History
            rule={rule.id}
            off={form.dirty}
            takeBack={(version) =>
              void takeBack(rule.id, version).then((done) => {
                if (done) renewed?.();
              })
            }
          />
        </Section>
      )}
    </FormPage>
  );
}
