import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { put } from "../../api/client";
import { teamsQuery } from "../../api/queries";
import type { Team } from "../../api/types";
import { Sheet, SheetBody } from "../../parts/Sheet";
import { Failed } from "../../parts/Trouble";
import { FormSheet } from "../form/FormSheet";
import { Choice, NumberField, Switch } from "../form/fields";
import { Bones } from "../form/Page";
import { useForm } from "../form/useForm";
import { Needs } from "./Needs";
import {
  type Distribution as Data,
  distributionQuery,
  type Method,
  methods,
  type Need,
  needs,
  type SkillNeed,
} from "./queries";
import { Weights } from "./Weights";

interface Props {
  team: Team;
  close: () => void;
}

/** How a team gives out what waits for somebody. */
export default function Distribution({ team, close }: Props) {
  const { t } = useTranslation();
  const now = useQuery(distributionQuery(team.id));
  if (now.data) return <Edit team={team} now={now.data} close={close} />;
  const title = t("distribution.of", { team: team.name });
  return (
    <Sheet label={title} close={close}>
      <SheetBody title={title}>
        {now.isError ? (
          <Failed what={t("distribution.failed")} error={now.error} retry={() => void now.refetch()} />
        ) : (
          <Bones rows={4} />
        )}
      </SheetBody>
    </Sheet>
  );
}

type Value = Omit<Data, "team">;

function Edit({ team, now, close }: Props & { now: Data }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { team: _, ...server } = now;
  const form = useForm<Value>(server, async (v) => {
    const kept = await put<Data>(`/teams/${team.id}/distribution`, v);
    client.setQueryData(distributionQuery(team.id).queryKey, kept);
    void client.invalidateQueries({ queryKey: teamsQuery.queryKey });
    const { team: __, ...rest } = kept;
    return rest;
  });
  const v = form.value;
  const requires = (speak: Need | undefined, skills: SkillNeed[]) =>
    speak === "required" || skills.some((n) => n.need === "required");
  // What is required is waived one day, what is not needs no minutes.
  const ask = (speak: Need | undefined, skills: SkillNeed[]) =>
    form.set({ speak, skills, waiveMinutes: requires(speak, skills) ? v.waiveMinutes || 30 : 0 });
  return (
    <FormSheet title={t("distribution.of", { team: team.name })} form={form} save={t("common.save")} close={close}>
      <p>{t("distribution.about")}</p>
      <Choice<Method>
        legend={t("distribution.method")}
        value={v.method}
        error={form.error("method")}
        change={(method) => form.set({ method })}
        options={methods.map(
          (m) => [m, t(`distribution.${m || "by_hand"}`), t(`distribution.${m || "by_hand"}_text`)] as const,
        )}
      />
      {v.method === "weighted" && (
        <Weights members={team.members} value={v.weights ?? []} change={(weights) => form.set({ weights })} />
      )}
      {v.method !== "" && (
        <>
          <NumberField
            label={t("distribution.capacity")}
            hint={t("distribution.capacity_hint")}
            value={v.capacity}
            error={form.error("capacity")}
            change={(capacity) => form.set({ capacity })}
          />
          <NumberField
            label={t("distribution.previous")}
            hint={t("distribution.previous_hint")}
            value={v.previousDays}
            error={form.error("previousDays")}
            change={(previousDays) => form.set({ previousDays })}
          />
          <NumberField
            label={t("distribution.accept")}
            hint={t("distribution.accept_hint")}
            value={v.acceptMinutes ?? 0}
            error={form.error("acceptMinutes")}
            change={(acceptMinutes) => form.set({ acceptMinutes })}
          />
          <Choice<Need>
            legend={t("distribution.speak")}
            value={v.speak ?? ""}
            error={form.error("speak")}
            change={(speak) => ask(speak, v.skills ?? [])}
            options={needs.map(
              (n) => [n, t(`distribution.speak_${n || "any"}`), t(`distribution.speak_${n || "any"}_text`)] as const,
            )}
          />
          <Needs value={v.skills ?? []} error={form.error("skills")} change={(skills) => ask(v.speak, skills)} />
          {requires(v.speak, v.skills ?? []) && (
            <NumberField
              label={t("distribution.waive")}
              hint={t("distribution.waive_hint")}
              value={v.waiveMinutes ?? 0}
              error={form.error("waiveMinutes")}
              change={(waiveMinutes) => form.set({ waiveMinutes })}
            />
          )}
        </>
      )}
      <Switch
        label={t("distribution.only_next")}
        hint={t("distribution.only_next_text")}
        checked={v.onlyNext ?? false}
        change={(onlyNext) => form.set({ onlyNext })}
      />
    </FormSheet>
  );
}
