import { Button } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { newKey, post, put } from "../../api/client";
import { useMe } from "../../app/session";
import { Offered } from "../../desk/views/attributes";
import { ConditionEditor } from "../../desk/views/ConditionEditor";
import { Checks, Choice, NumberField, Switch, TextField, Wrong } from "../form/fields";
import { FormPage, Section } from "../form/Page";
import { useForm } from "../form/useForm";
import { calendarsQuery } from "../hours/queries";
import { Arriving } from "./Arriving";
import { Deleting } from "./Deleting";
import { inUnits } from "./duration";
import { Honest } from "./Honest";
import { lasting } from "./lasting";
import { blank, editOf, type Policy, type PolicyEdit, policiesQuery, type Target } from "./queries";
import { Steps } from "./Steps";
import { startOf } from "./starts";
import { wrongSteps } from "./steps";
import { Targets } from "./Targets";
import { kinds, priorities, timeOf } from "./targets";
import { Would } from "./Would";
import { inOpening, workday } from "./workday";

const pauses = ["new", "open", "waiting"] as const;

/** A policy, or a new one: id is then the last part of the address, which may name a ready-made start. */
export function PolicyEditor({ policy, id }: { policy?: Policy; id: string }) {
  const { t } = useTranslation();
  const me = useMe();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [key] = useState(newKey);
  const [dropping, setDropping] = useState(false);
  const [fresh] = useState(() => startOf(id, me.timeZone || "UTC", t));
  const [empty] = useState(() => blank(me.timeZone || "UTC"));
  const back = () => void navigate({ to: "/settings/$", params: { _splat: "policies" }, ignoreBlocker: true });
  const form = useForm<PolicyEdit>(
    policy ? editOf(policy) : empty,
    async (v) => {
      const kept = policy ? await put<Policy>(`/policies/${policy.id}`, v) : await post<Policy>("/policies", v, key);
      await client.invalidateQueries({ queryKey: policiesQuery.queryKey });
      if (!policy) back();
      return editOf(kept);
    },
    {
      check: (v) => wrong(v, t),
      shows: (at) => /^(name|condition|targets|pauses|warn|counts|steps|aim)/.test(at),
      begin: policy ? undefined : fresh, // a ready-made start is something that is not saved yet
    },
  );
  const { value: v, set, error } = form;
  const open = v.counts === "opening";
  const day = workday(useQuery(calendarsQuery).data?.items ?? []);
  const [before, setBefore] = useState<{ was: Target[]; became: Target[] }>();
  // Who changes his mind at once gets back what he had typed.
  const count = (counts: "clock" | "opening") => {
    if (counts === v.counts) return;
    const became =
      before && before.became === v.targets ? before.was : counts === "opening" ? inOpening(v.targets, day) : v.targets;
    setBefore({ was: v.targets, became });
    set({ counts, targets: became });
  };
  return (
    <FormPage
      form={form}
      title={policy?.name ?? t("policy.create")}
      about={t("policy.about_one")}
      back={{ to: "policies", label: t("settings.policies.title") }}
      wide
      save={policy ? undefined : t("policy.make")}
      acts={policy && <Button onClick={() => setDropping(true)}>{t("settings.delete")}</Button>}
    >
      <Section>
        <TextField
          label={t("policy.name")}
          value={v.name}
          error={error("name")}
          change={(name) => set({ name })}
          maxLength={80}
          autoFocus={!policy}
        />
        <Switch
          label={t("policy.active")}
          hint={t("policy.active_hint")}
          checked={v.active}
          change={(active) => set({ active })}
        />
      </Section>
      <Section title={t("policy.condition")} about={t("policy.condition_about")}>
        <Offered value={lasting}>
          <ConditionEditor
            node={v.condition}
            change={(condition) => set({ condition })}
            error={(path) => error(`condition.${path}`)}
          />
        </Offered>
        <Wrong error={error("condition")} />
        <Would id={policy?.id ?? 0} condition={v.condition} zone={v.zone} active={v.active} />
      </Section>
      <Section
        title={t("policy.targets")}
        about={t(open ? "policy.targets_about_open" : "policy.targets_about", { day: inUnits(t, day, true) })}
      >
        <Choice<"clock" | "opening">
          legend={t("policy.counts")}
          value={open ? "opening" : "clock"}
          change={count}
          options={[
            ["opening", t("policy.counts_opening"), t("policy.counts_opening_hint")],
            ["clock", t("policy.counts_clock"), t("policy.counts_clock_hint")],
          ]}
          error={error("counts")}
        />
        <Targets
          targets={v.targets}
          change={(targets) => set({ targets })}
          error={(at) => error(at ? `targets.${at}` : "targets")}
          open={open}
          day={open ? day : 1440}
        />
        <Arriving id={policy?.id ?? 0} policy={v} />
        <Honest id={policy?.id ?? 0} policy={v} />
        <NumberField
          label={t("policy.aim")}
          hint={t("policy.aim_hint")}
          value={v.aim ?? 0}
          error={error("aim")}
          change={(aim) => set({ aim: Math.min(aim, 100) })}
          suffix="%"
          placeholder="90"
          style={{ width: 90 }}
        />
      </Section>
      <Section title={t("policy.counting")}>
        <Checks<string>
          legend={t("policy.pauses")}
          hint={t("policy.pauses_hint")}
          value={v.pauses}
          error={error("pauses")}
          change={(chosen) => set({ pauses: [...chosen].sort() })}
          options={pauses.map((s) => [s, t(`status.${s}`)] as const)}
        />
        <NumberField
          label={t("policy.warn")}
          hint={t("policy.warn_hint")}
          value={v.warn}
          error={error("warn")}
          change={(warn) => set({ warn: Math.min(warn, 99) })}
          suffix="%"
          style={{ width: 90 }}
        />
      </Section>
      <Section title={t("policy.steps")} about={t("policy.steps_about")}>
        <Steps
          steps={v.steps}
          change={(steps) => set({ steps })}
          error={error}
          targets={v.targets}
          open={open}
          day={open ? day : 1440}
        />
      </Section>
      {dropping && policy && <Deleting policy={policy} close={() => setDropping(false)} done={back} />}
    </FormPage>
  );
}

/** What is wrong with a policy before the server is asked. */
function wrong(v: PolicyEdit, t: (key: string) => string): Record<string, string> {
  const found: Record<string, string> = {};
  if (!v.name.trim()) found.name = t("form.refusal.needed");
  for (const kind of kinds)
    for (const p of priorities)
      if (timeOf(v.targets, kind, p) < 0) found[`targets.${kind}.${p}`] = t("policy.unreadable");
  if (v.targets.length === 0) found.targets = t("policy.nothing_promised");
  return { ...found, ...wrongSteps(v.steps, t) };
}
