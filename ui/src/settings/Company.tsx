import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { patch } from "../api/client";
import { Failed } from "../parts/Trouble";
import { formCss, NumberField, SelectField, Switch, TextField } from "./form/fields";
import { Bones, FormPage, Page, Section } from "./form/Page";
import { useForm } from "./form/useForm";
import { houseQuery } from "./queries";
import type { HouseSettings } from "./types";

/** What belongs to no inbox, team or person. */
export default function Company() {
  const { t } = useTranslation();
  const house = useQuery(houseQuery);
  if (house.data) return <Edit server={house.data} />;
  return (
    <Page title={t("settings.company.title")}>
      {house.error ? (
        <Failed what={t("settings.company.failed")} error={house.error} retry={() => void house.refetch()} />
      ) : (
        <Bones rows={4} />
      )}
    </Page>
  );
}

const mib = 1024 * 1024;

/** Countries whose telephone numbers the server reads without their code. */
const countries =
  "AD AL AT AU BA BE BG BY CA CH CY CZ DE DK EE ES FI FR GB GE GR HR HU IE IL IN IS IT KZ LI LT LU LV MD ME MK MT NL NO PL PT RO RS RU SE SI SK TR UA US".split(
    " ",
  );

function countryOptions(language: string): [string, string][] {
  const names = new Intl.DisplayNames([language], { type: "region" });
  return countries
    .map((code): [string, string] => [code, names.of(code) ?? code])
    .sort((a, b) => a[1].localeCompare(b[1], language));
}

function Edit({ server }: { server: HouseSettings }) {
  const { t, i18n } = useTranslation();
  const client = useQueryClient();
  const form = useForm<HouseSettings>(server, async (v) => {
    // The schema's own marker comes with the answer and is no setting.
    const { company, url, country, receiver, undoSeconds, scanner, version } = v;
    const wanted = { company, url, receiver, undoSeconds, scanner, version, ...(country ? { country } : {}) };
    const kept = await patch<HouseSettings>("/settings", wanted);
    client.setQueryData(houseQuery.queryKey, kept);
    return kept;
  });
  const { value, set, error } = form;
  const receiver = (change: Partial<HouseSettings["receiver"]>) => set({ receiver: { ...value.receiver, ...change } });
  return (
    <FormPage form={form} title={t("settings.company.title")}>
      <Section>
        <TextField
          label={t("settings.company.name")}
          hint={t("settings.company.name_hint")}
          value={value.company}
          error={error("company")}
          change={(company) => set({ company })}
          autoComplete="organization"
          maxLength={200}
        />
        <TextField
          label={t("settings.company.url")}
          hint={t("settings.company.url_hint")}
          value={value.url}
          error={error("url")}
          change={(url) => set({ url })}
          type="url"
          inputMode="url"
          placeholder={value.effective?.url || window.location.origin}
          maxLength={500}
        />
        <SelectField
          label={t("settings.company.country")}
          hint={t("settings.company.country_hint")}
          value={value.country ?? ""}
          error={error("country")}
          change={(country) => set({ country })}
          options={[["", "–"], ...countryOptions(i18n.language)]}
        />
        <NumberField
          label={t("settings.company.undo")}
          hint={t("settings.company.undo_hint")}
          suffix={t("settings.company.seconds", { count: value.undoSeconds })}
          value={value.undoSeconds}
          error={error("undoSeconds")}
          change={(n) => set({ undoSeconds: Math.min(60, n) })}
        />
      </Section>
      <Section title={t("settings.receiver.title")} about={t("settings.receiver.about")}>
        <Switch
          label={t("settings.receiver.on")}
          checked={value.receiver.listen !== ""}
          change={(on) => receiver({ listen: on ? ":25" : "" })}
        />
        {value.receiver.listen !== "" && (
          <>
            <div className={formCss.row}>
              <TextField
                label={t("settings.receiver.listen")}
                hint={t("settings.receiver.listen_hint")}
                value={value.receiver.listen}
                error={error("receiver.listen")}
                change={(listen) => receiver({ listen })}
                placeholder=":25"
                maxLength={100}
              />
              <TextField
                label={t("settings.receiver.hostname")}
                hint={t("settings.receiver.hostname_hint")}
                optional
                value={value.receiver.hostname}
                error={error("receiver.hostname")}
                change={(hostname) => receiver({ hostname })}
                placeholder={value.receiver.hostname ? "" : value.effective?.hostname}
                maxLength={253}
              />
            </div>
            <NumberField
              label={t("settings.receiver.limit")}
              hint={t("settings.receiver.limit_hint")}
              suffix="MB"
              placeholder="50"
              value={Math.round(value.receiver.maxBytes / mib)}
              error={error("receiver.maxBytes")}
              change={(n) => receiver({ maxBytes: Math.min(1024, n) * mib })}
            />
          </>
        )}
      </Section>
      <Section title={t("settings.scanner.title")} about={t("settings.scanner.about")}>
        <TextField
          label={t("settings.scanner.where")}
          hint={t("settings.scanner.hint")}
          optional
          value={value.scanner}
          error={error("scanner")}
          change={(scanner) => set({ scanner })}
          placeholder="127.0.0.1:3310"
          maxLength={500}
        />
      </Section>
    </FormPage>
  );
}
