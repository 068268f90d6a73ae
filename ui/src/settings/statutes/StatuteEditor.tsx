import { Button } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { del, newKey, post, put } from "../../api/client";
import type { components } from "../../api/schema";
import { type Statute, type StatuteEdit, statutesQuery } from "../../desk/conversation/statutes/queries";
import { typesQuery } from "../../desk/fields/queries";
import { Offered } from "../../desk/views/attributes";
import { ConditionEditor } from "../../desk/views/ConditionEditor";
import { useFormat } from "../../i18n/format";
import { toast } from "../../parts/toast";
import { Ask } from "../Ask";
import {
  AreaField,
  Checks,
  Choice,
  DateField,
  NumberField,
  SelectField,
  Switch,
  TextField,
  Wrong,
} from "../form/fields";
import { FormPage, Section } from "../form/Page";
import { useForm } from "../form/useForm";
import { countryWords, states } from "../hours/day";
import { countriesQuery } from "../hours/queries";
import { lasting } from "../policies/lasting";
import { blank, sameTerm, zones } from "./terms";

type Ready = components["schemas"]["Ready"];

const warnings = [10, 5, 3, 2, 1, 0];

const editOf = ({ id: _, broken: _broken, ...edit }: Statute): StatuteEdit => edit;

/** A time limit of the law, or a new one, which may begin as a ready-made one. */
export function StatuteEditor({ statute, ready }: { statute?: Statute; ready?: Ready }) {
  const { t } = useTranslation();
  const format = useFormat();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [key] = useState(newKey);
  const [dropping, setDropping] = useState(false);
  const countries = useQuery(countriesQuery).data ?? [];
  const complaints = (useQuery(typesQuery).data ?? []).filter((k) => k.kind === "complaint" && !k.archivedAt);
  const [empty] = useState(() => blank("LV"));
  const back = () => void navigate({ to: "/settings/$", params: { _splat: "statutes" }, ignoreBlocker: true });
  const form = useForm<StatuteEdit>(
    statute ? editOf(statute) : empty,
    async (v) => {
      const kept = statute
        ? await put<Statute>(`/statutes/${statute.id}`, v)
        : await post<Statute>("/statutes", v, key);
      await client.invalidateQueries({ queryKey: statutesQuery.queryKey });
      if (!statute) back();
      return editOf(kept);
    },
    {
      check: (v) => {
        const found: Record<string, string> = {};
        if (!v.name.trim()) found.name = t("form.refusal.needed");
        if (v.active && (!v.checkedBy?.trim() || !v.checkedOn)) found.checkedBy = t("form.refusal.statute_unchecked");
        return found;
      },
      shows: (at) => /^(name|active|condition|term|warn|note|checkedBy|checkedOn)/.test(at),
      begin:
        !statute && ready
          ? { name: t(`statute.ready.${ready.key}`), term: ready.term, note: t("statute.ready_note") }
          : undefined,
    },
  );
  const { value: v, set, error } = form;
  const term = v.term;
  // What counsel checked is what runs: another term asks for another check.
  const count = (change: Partial<StatuteEdit["term"]>) => {
    const next = { ...term, ...change };
    const known = statute && sameTerm(next, statute.term);
    set(
      statute && !known && v.checkedOn === statute.checkedOn && v.checkedBy === statute.checkedBy
        ? { term: next, checkedBy: undefined, checkedOn: undefined, active: false }
        : { term: next },
    );
  };
  const parts = countries.find((c) => c.code === term.country)?.parts ?? [];
  const offer = complaints.length > 0 && Object.keys(v.condition).length === 0;
  return (
    <FormPage
      form={form}
      title={statute?.name ?? t("statute.create")}
      about={t("statute.about_one")}
      back={{ to: "statutes", label: t("settings.statutes.title") }}
      wide
      save={statute ? undefined : t("statute.make")}
      acts={statute && <Button onClick={() => setDropping(true)}>{t("settings.delete")}</Button>}
    >
      <Section>
        <TextField
          label={t("statute.name")}
          value={v.name}
          error={error("name")}
          change={(name) => set({ name })}
          maxLength={120}
          autoFocus={!statute}
        />
      </Section>
      <Section title={t("statute.term")} about={t("statute.term_about")}>
        <SelectField
          label={t("statute.country")}
          value={term.country}
          error={error("term.country") ?? error("term.zone")}
          change={(country) => count({ country, part: "", zone: zones[country] ?? "UTC" })}
          options={countries.map((c) => [c.code, countryWords(format, c.code)] as const)}
        />
        {parts.length > 0 && (
          <SelectField
            label={t("hours.part")}
            value={term.part ?? ""}
            change={(part) => count({ part })}
            options={[
              ["", t("hours.whole_country")],
              ...parts.map((p) => [p, term.country === "DE" ? (states[p] ?? p) : t(`hours.part_of.${p}`)] as const),
            ]}
          />
        )}
        <NumberField
          label={t("statute.days")}
          value={term.days}
          min={1}
          error={error("term.days")}
          change={(days) => count({ days: Math.min(366, days) })}
          style={{ width: 90 }}
        />
        <Choice<"working_days" | "calendar_days">
          legend={t("statute.count")}
          value={term.count}
          change={(c) => count({ count: c })}
          options={[
            ["working_days", t("statute.count_working"), t("statute.count_working_hint")],
            ["calendar_days", t("statute.count_calendar"), t("statute.count_calendar_hint")],
          ]}
        />
        {term.count === "calendar_days" && (
          <Switch
            label={t("statute.rolls")}
            hint={t("statute.rolls_hint")}
            checked={term.rolls}
            change={(rolls) => count({ rolls })}
          />
        )}
      </Section>
      <Section title={t("statute.counsel")} about={t("statute.counsel_about")}>
        <AreaField
          label={t("statute.note")}
          optional
          value={v.note ?? ""}
          change={(note) => set({ note })}
          rows={3}
          maxLength={2000}
        />
        <TextField
          label={t("statute.checked_by")}
          value={v.checkedBy ?? ""}
          error={error("checkedBy")}
          change={(checkedBy) => set({ checkedBy })}
          maxLength={120}
        />
        <DateField
          label={t("statute.checked_on")}
          value={v.checkedOn ?? ""}
          error={error("checkedOn")}
          max={new Date().toISOString().slice(0, 10)}
          change={(day) => set({ checkedOn: day || undefined })}
        />
        <Switch
          label={t("statute.active")}
          hint={t("statute.active_hint")}
          checked={v.active}
          disabled={!v.active && (!v.checkedBy?.trim() || !v.checkedOn)}
          change={(active) => set({ active })}
        />
      </Section>
      <Section title={t("statute.condition")} about={t("statute.condition_about")}>
        {offer && (
          <div>
            <Button
              onClick={() =>
                set({ condition: { all: [{ attr: "type", op: "is", values: complaints.map((k) => String(k.id)) }] } })
              }
            >
              {t("statute.only_complaints")}
            </Button>
          </div>
        )}
        <Offered value={lasting}>
          <ConditionEditor
            node={v.condition}
            change={(condition) => set({ condition })}
            error={(path) => error(`condition.${path}`)}
          />
        </Offered>
        <Wrong error={error("condition")} />
      </Section>
      <Section title={t("statute.warn")} about={t("statute.warn_about")}>
        <Checks<number>
          legend={t("statute.warn_when")}
          value={v.warn}
          error={error("warn")}
          change={(chosen) => set({ warn: [...chosen].sort((a, b) => b - a) })}
          options={[...new Set([...warnings, ...v.warn])]
            .sort((a, b) => b - a)
            .map((n) => [n, n === 0 ? t("statute.on_the_day") : t("statute.before", { count: n })] as const)}
        />
      </Section>
      {dropping && statute && (
        <Ask
          title={t("statute.delete_title", { name: statute.name })}
          act={t("settings.delete")}
          close={() => setDropping(false)}
          run={async () => {
            await del(`/statutes/${statute.id}`);
            await client.invalidateQueries({ queryKey: statutesQuery.queryKey });
            toast(t("statute.deleted"));
            back();
          }}
        >
          <p>{t("statute.delete_text")}</p>
        </Ask>
      )}
    </FormPage>
  );
}
