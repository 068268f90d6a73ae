import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { del, newKey, post, put } from "../../api/client";
import { useDirectory } from "../../api/queries";
import { useMay, useMe } from "../../app/session";
import { fieldOf, fromField } from "../../i18n/zone";
import { DateInput } from "../../parts/DateInput";
import { toast } from "../../parts/toast";
import { FormSheet } from "../form/FormSheet";
import { Field, formCss, SelectField } from "../form/fields";
import { useForm } from "../form/useForm";
import { type Absence, absencesQuery } from "./queries";

interface Edit {
  agent: number;
  from: string;
  to: string;
  deputy: number;
  version: number;
}

/** Plans when somebody is absent, or moves it. Times are of the reader's own zone. */
export function AbsenceSheet({ absence, close }: { absence?: Absence; close: () => void }) {
  const { t } = useTranslation();
  const me = useMe();
  const others = useMay("presence.manage");
  const zone = me.timeZone;
  const client = useQueryClient();
  const directory = useDirectory();
  const [key] = useState(newKey);
  const [begin] = useState<Edit>(() =>
    absence
      ? {
          agent: absence.agent,
          from: fieldOf(Date.parse(absence.from), zone),
          to: fieldOf(Date.parse(absence.to), zone),
          deputy: absence.deputy ?? 0,
          version: absence.version,
        }
      : { agent: me.id, from: "", to: "", deputy: 0, version: 0 },
  );
  const iso = (text: string) => new Date(fromField(text, zone) ?? 0).toISOString();
  const renew = () => {
    void client.invalidateQueries({ queryKey: ["rosters"] });
    void client.invalidateQueries({ queryKey: ["presence"] });
    return client.invalidateQueries({ queryKey: absencesQuery.queryKey });
  };
  const form = useForm<Edit>(
    begin,
    async (v) => {
      const body = {
        from: iso(v.from),
        to: iso(v.to),
        ...(v.deputy ? { deputy: v.deputy } : {}),
        version: v.version,
      };
      const kept = absence
        ? await put<Absence>(`/absences/${absence.id}`, body)
        : await post<Absence>("/absences", { ...body, agent: v.agent }, key);
      await renew();
      return { ...v, version: kept.version };
    },
    {
      check: (v) => {
        const found: Record<string, string> = {};
        if (!v.from) found.from = t("form.refusal.needed");
        if (!v.to) found.to = t("form.refusal.needed");
        return found;
      },
      shows: (at) => /^(from|to|deputy)/.test(at),
    },
  );
  const { value: v, set, error } = form;
  const people = directory.agents.filter((a) => a.active);
  return (
    <FormSheet
      title={absence ? t("duty.absence_edit") : t("duty.absence_new")}
      form={form}
      save={absence ? t("common.save") : t("duty.absence_plan")}
      close={close}
      aside={
        absence && (
          <Button
            variant="subtle"
            onClick={() =>
              void del(`/absences/${absence.id}`)
                .then(renew)
                .then(() => {
                  toast(t("duty.absence_cancelled"));
                  close();
                })
            }
          >
            {t("duty.absence_cancel")}
          </Button>
        )
      }
    >
      <p>{t("duty.absence_about")}</p>
      {!absence && others && (
        <SelectField<number>
          label={t("duty.who")}
          value={v.agent}
          change={(agent) => set({ agent })}
          options={people.map((a) => [a.id, a.name] as const)}
        />
      )}
      <div className={formCss.row}>
        <Moment label={t("duty.absence_from")} value={v.from} error={error("from")} change={(from) => set({ from })} />
        <Moment label={t("duty.absence_to")} value={v.to} error={error("to")} change={(to) => set({ to })} />
      </div>
      <SelectField<number>
        label={t("duty.deputy")}
        hint={t("duty.deputy_hint")}
        value={v.deputy}
        error={error("deputy")}
        change={(deputy) => set({ deputy })}
        options={[
          [0, t("duty.no_deputy")],
          ...people.filter((a) => a.id !== v.agent && a.role !== "light_agent").map((a) => [a.id, a.name] as const),
        ]}
      />
    </FormSheet>
  );
}

function Moment({
  label,
  value,
  error,
  change,
}: {
  label: string;
  value: string;
  error: string | undefined;
  change: (value: string) => void;
}) {
  return (
    <Field label={label} error={error}>
      {(wired) => (
        <DateInput
          id={wired.id}
          describedBy={wired["aria-describedby"]}
          invalid={wired["aria-invalid"]}
          className={formCss.input}
          time
          value={value}
          change={change}
        />
      )}
    </Field>
  );
}
