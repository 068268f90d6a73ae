import { Button } from "@mantine/core";
import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { get, put } from "../api/client";
import { Failed } from "../parts/Trouble";
import { Checks, NumberField, TextField } from "../settings/form/fields";
import { Bones, FormPage, Page, Section } from "../settings/form/Page";
import { useForm } from "../settings/form/useForm";
import { type AwayReason, presenceQuery } from "./queries";

interface House {
  idleMinutes: number;
  graceSeconds: number;
  reasons: AwayReason[];
  version: number;
}

const houseQuery = queryOptions({
  queryKey: ["presence", "rules"],
  queryFn: ({ signal }) => get<House>("/presence/rules", undefined, signal).then(offered),
  staleTime: 0,
});

/** Reasons that ended are not edited. */
const offered = (house: House): House => ({ ...house, reasons: house.reasons.filter((r) => !r.ended) });

/** When people go away by themselves, and the reasons that they can choose. */
export default function Rules() {
  const { t } = useTranslation();
  const house = useQuery(houseQuery);
  if (house.data) return <Edit server={house.data} />;
  return (
    <Page title={t("settings.presence.title")}>
      {house.error ? (
        <Failed what={t("presence.failed")} error={house.error} retry={() => void house.refetch()} />
      ) : (
        <Bones rows={4} />
      )}
    </Page>
  );
}

function Edit({ server }: { server: House }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const channels = useQuery(presenceQuery).data?.channels ?? [];
  const form = useForm<House>(server, async ({ idleMinutes, graceSeconds, reasons, version }) => {
    const wanted = reasons.map(({ id, name, takes }) => ({ id, name, takes }));
    const kept = offered(await put<House>("/presence/rules", { idleMinutes, graceSeconds, reasons: wanted, version }));
    client.setQueryData(houseQuery.queryKey, kept);
    return kept;
  });
  const { value, set, error } = form;
  const change = (i: number, to: Partial<AwayReason>) =>
    set({ reasons: value.reasons.map((r, at) => (at === i ? { ...r, ...to } : r)) });
  const move = (i: number, by: number) => {
    const next = [...value.reasons];
    const [moved] = next.splice(i, 1);
    if (moved) next.splice(i + by, 0, moved);
    set({ reasons: next });
  };
  return (
    <FormPage form={form} title={t("settings.presence.title")} about={t("settings.presence.about")}>
      <Section title={t("presence.rules.itself")} about={t("presence.rules.itself_about")}>
        <NumberField
          label={t("presence.rules.idle")}
          hint={t("presence.rules.idle_hint")}
          suffix={t("presence.rules.minutes")}
          value={value.idleMinutes}
          error={error("idleMinutes")}
          change={(n) => set({ idleMinutes: Math.min(480, n) })}
        />
        <NumberField
          label={t("presence.rules.grace")}
          hint={t("presence.rules.grace_hint")}
          suffix={t("presence.rules.seconds")}
          value={value.graceSeconds}
          error={error("graceSeconds")}
          change={(n) => set({ graceSeconds: Math.min(900, n) })}
        />
      </Section>
      <Section title={t("presence.rules.reasons")} about={t("presence.rules.reasons_about")}>
        {value.reasons.map((r, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a new reason has no id yet
          <fieldset key={r.id || `new${i}`} style={{ border: 0, padding: 0, margin: 0, display: "grid", gap: 8 }}>
            <TextField
              label={t("presence.rules.reason")}
              value={r.name}
              placeholder={r.code ? t(`presence.reason.${r.code}`) : ""}
              error={error(`reasons[${i}].name`)}
              change={(name) => change(i, { name })}
              maxLength={60}
            />
            <Checks<string>
              legend={t("presence.rules.takes")}
              value={r.takes}
              change={(takes) => change(i, { takes })}
              options={channels.map((c) => [c, t(`presence.channel.${c}`)])}
            />
            <div>
              <Button variant="subtle" disabled={i === 0} onClick={() => move(i, -1)}>
                {t("presence.rules.up")}
              </Button>
              <Button variant="subtle" onClick={() => set({ reasons: value.reasons.filter((_, at) => at !== i) })}>
                {t("presence.rules.drop")}
              </Button>
            </div>
          </fieldset>
        ))}
        <Button
          disabled={value.reasons.length >= 50}
          onClick={() => set({ reasons: [...value.reasons, { id: 0, name: "", takes: [] }] })}
        >
          {t("presence.rules.add")}
        </Button>
      </Section>
    </FormPage>
  );
}
