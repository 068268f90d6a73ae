import { Button } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { del, newKey, post, put } from "../../api/client";
import { inboxesQuery, teamsQuery } from "../../api/queries";
import { useMe } from "../../app/session";
import { toast } from "../../parts/toast";
import { Ask } from "../Ask";
import { Checks, Switch, TextField } from "../form/fields";
import { FormPage, Section } from "../form/Page";
import { useForm } from "../form/useForm";
import { ZoneField } from "../form/ZoneField";
import { Exceptions } from "./Exceptions";
import { Feeds } from "./Feeds";
import { FileSheet } from "./FileSheet";
import { Holidays } from "./Holidays";
import { Preview } from "./Preview";
import { type Calendar, type CalendarEdit, calendarsQuery } from "./queries";
import { Week } from "./Week";
import { presets } from "./week";

const editOf = ({ id: _, ...edit }: Calendar): CalendarEdit => edit;

/** A calendar of opening hours, or a new one. */
export function CalendarEditor({ calendar, others }: { calendar?: Calendar; others: Calendar[] }) {
  const { t } = useTranslation();
  const me = useMe();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [key] = useState(newKey);
  const [dropping, setDropping] = useState(false);
  const [reading, setReading] = useState(false);
  const inboxes = useQuery(inboxesQuery).data ?? [];
  const teams = useQuery(teamsQuery).data ?? [];
  const [fresh] = useState<CalendarEdit>(() => ({
    name: "",
    zone: me.timeZone || "UTC",
    week: presets.office,
    days: [],
    country: "",
    part: "",
    without: [],
    with: [],
    standard: others.length === 0,
    inboxes: [],
    teams: [],
    version: 0,
  }));
  const back = () => void navigate({ to: "/settings/$", params: { _splat: "hours" }, ignoreBlocker: true });
  const form = useForm<CalendarEdit>(
    calendar ? editOf(calendar) : fresh,
    async (v) => {
      const kept = calendar
        ? await put<Calendar>(`/calendars/${calendar.id}`, v)
        : await post<Calendar>("/calendars", v, key);
      await client.invalidateQueries({ queryKey: calendarsQuery.queryKey });
      if (!calendar) back();
      return editOf(kept);
    },
    { check: (v): Record<string, string> => (v.name.trim() ? {} : { name: t("form.refusal.needed") }) },
  );
  const { value, set, error } = form;
  const elsewhere = (kind: "inboxes" | "teams", id: number) => others.find((c) => (c[kind] as number[]).includes(id));
  const label = (kind: "inboxes" | "teams", one: { id: number; name: string }) => {
    const other = elsewhere(kind, one.id);
    return other ? t("hours.goes_by", { name: one.name, calendar: other.name }) : one.name;
  };
  return (
    <FormPage
      form={form}
      title={calendar?.name ?? t("hours.create")}
      about={t("hours.about_one")}
      back={{ to: "hours", label: t("settings.hours.title") }}
      wide
      save={calendar ? undefined : t("hours.make")}
      acts={calendar && <Button onClick={() => setDropping(true)}>{t("settings.delete")}</Button>}
    >
      <Section>
        <TextField
          label={t("hours.name")}
          value={value.name}
          error={error("name")}
          change={(name) => set({ name })}
          maxLength={100}
          autoFocus={!calendar}
        />
        <ZoneField label={t("hours.zone")} value={value.zone} error={error("zone")} change={(zone) => set({ zone })} />
      </Section>
      <Section title={t("hours.week")} about={t("hours.week_about")}>
        <Week week={value.week} change={(week) => set({ week })} error={error} />
      </Section>
      <Section title={t("hours.holidays")} about={t("hours.holidays_about")}>
        <Holidays value={value} set={set} error={error("country")} />
      </Section>
      <Section title={t("hours.days")} about={t("hours.days_about")}>
        <Exceptions days={value.days} zone={value.zone} change={(days) => set({ days })} error={error} />
        <div>
          <Button onClick={() => setReading(true)}>{t("hours.file")}…</Button>
        </div>
      </Section>
      <Section title={t("hours.feed.title")} about={t("hours.feed.about")}>
        {calendar ? <Feeds calendar={calendar.id} zone={calendar.zone} /> : <p>{t("hours.feed.first")}</p>}
      </Section>
      <Section title={t("hours.users")} about={t("hours.users_about")}>
        <Switch
          label={t("hours.standard")}
          hint={t("hours.standard_hint")}
          checked={value.standard}
          change={(standard) => set({ standard })}
        />
        {inboxes.length > 0 && (
          <Checks<number>
            legend={t("hours.inboxes")}
            value={value.inboxes}
            change={(chosen) => set({ inboxes: chosen })}
            options={inboxes.map((i) => [i.id, label("inboxes", i)])}
          />
        )}
        {teams.length > 0 && (
          <Checks<number>
            legend={t("hours.teams")}
            value={value.teams}
            change={(chosen) => set({ teams: chosen })}
            options={teams.map((o) => [o.id, label("teams", o)])}
          />
        )}
      </Section>
      <Section title={t("hours.preview")} about={t("hours.preview_about")}>
        <Preview value={value} calendar={calendar?.id ?? 0} />
      </Section>
      {reading && (
        <FileSheet
          calendar={value}
          take={(taken) =>
            set({
              days: [...value.days.filter((d) => !taken.some((o) => o.date === d.date)), ...taken].sort((a, b) =>
                a.date.localeCompare(b.date),
              ),
            })
          }
          close={() => setReading(false)}
        />
      )}
      {dropping && calendar && (
        <Ask
          title={t("hours.delete_title", { name: calendar.name })}
          act={t("settings.delete")}
          close={() => setDropping(false)}
          run={async () => {
            await del(`/calendars/${calendar.id}`);
            await client.invalidateQueries({ queryKey: calendarsQuery.queryKey });
            toast(t("hours.deleted"));
            back();
          }}
        >
          <p>{t("hours.delete_text")}</p>
        </Ask>
      )}
    </FormPage>
  );
}
