import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "../../app/session";
import { Choice, DateField, formCss, NumberField, PasswordField, SelectField, Switch, TextField } from "../form/fields";
import { Section } from "../form/Page";
import { healthQuery, houseQuery } from "../queries";
import type { InboxEdit, Provider, Receive, Security, Submit, WholeInbox } from "../types";
import { Authorise } from "./Authorise";
import { dayOf, fillFrom, monthAgo, sharesSecret, startOf } from "./edit";
import css from "./inbox.module.css";
import { presetOf, presets, usualPort } from "./presets";
import { TestConnection } from "./TestConnection";

interface Props {
  value: InboxEdit;
  set: (change: Partial<InboxEdit>) => void;
  error: (location: string) => string | undefined;
  inbox: WholeInbox | undefined;
  dirty: boolean;
}

/** How mail comes in and goes out. */
export function Servers({ value, set, error, inbox, dirty }: Props) {
  const { t } = useTranslation();
  const { receive, submit } = value;
  const setReceive = (change: Partial<Receive>) => set({ receive: { ...receive, ...change } });
  const setSubmit = (change: Partial<Submit>) => set({ submit: { ...submit, ...change } });
  // Where each customer has a host of his own, only the choice itself tells the provider.
  const [chosen, setChosen] = useState("other");
  const known = presetOf(receive.method === "imap" ? receive.host : "", submit.host);
  const preset = known === "other" ? chosen : known;
  const hint = presets.find((p) => p.id === preset)?.hint;
  const sends = submit.host !== "" || submit.auth !== "none";
  const oauth = [receive.method === "imap" ? receive.auth : "", submit.host ? submit.auth : ""].find(
    (a): a is Provider => a === "google" || a === "microsoft",
  );
  return (
    <>
      <Section title={t("settings.in.title")} about={t("settings.in.about")}>
        <SelectField<string>
          label={t("settings.in.provider")}
          hint={hint ? t(`settings.provider.${preset}`) : t("settings.in.provider_hint")}
          value={preset}
          change={(id) => {
            setChosen(id);
            const found = presets.find((p) => p.id === id);
            if (found) set(fillFrom(found, value));
            else
              set({
                receive: { ...receive, host: "", auth: "password" },
                submit: { ...submit, host: "", auth: "password" },
              });
          }}
          options={[...presets.map((p) => [p.id, p.name] as const), ["other", t("settings.in.other")]]}
        />
        <Choice
          legend={t("settings.in.method")}
          value={receive.method}
          change={(method) => setReceive({ method })}
          error={error("receive.method")}
          options={[
            ["imap", t("settings.in.imap"), t("settings.in.imap_hint")],
            ["smtp", t("settings.in.smtp"), t("settings.in.smtp_hint")],
            ["none", t("settings.in.none"), t("settings.in.none_hint")],
          ]}
        />
        {receive.method === "imap" && (
          <>
            <Server side="receive" value={receive} change={setReceive} error={error} />
            <AuthField
              value={receive.auth || "password"}
              change={(auth) => setReceive({ auth: auth === "none" ? "password" : auth })}
            />
            <div className={formCss.row}>
              <TextField
                label={t("settings.in.user")}
                value={receive.user ?? ""}
                error={error("receive.user")}
                change={(user) => setReceive({ user })}
                autoComplete="off"
                autoCapitalize="none"
              />
              {(receive.auth || "password") === "password" && (
                <PasswordField
                  label={t("settings.in.password")}
                  hint={receive.hasSecret ? t("settings.in.kept") : t("settings.in.password_hint")}
                  placeholder={receive.hasSecret ? "••••••••" : undefined}
                  value={value.receiveSecret ?? ""}
                  error={error("receiveSecret")}
                  change={(secret) =>
                    set({
                      receiveSecret: secret,
                      ...(sharesSecret(value) && (value.submitSecret ?? "") === (value.receiveSecret ?? "")
                        ? { submitSecret: secret }
                        : {}),
                    })
                  }
                  autoComplete="new-password"
                />
              )}
            </div>
            <TextField
              label={t("settings.in.folder")}
              hint={t("settings.in.folder_hint")}
              optional
              placeholder="INBOX"
              value={receive.folder ?? ""}
              error={error("receive.folder")}
              change={(folder) => setReceive({ folder })}
            />
            <Begin value={receive} change={setReceive} error={error} />
          </>
        )}
        {receive.method === "smtp" && <Receiver address={value.address} inbox={inbox} />}
      </Section>
      <Section title={t("settings.out.title")} about={t("settings.out.about")}>
        <Switch
          label={t("settings.out.on")}
          hint={t("settings.out.on_hint")}
          checked={sends}
          change={(on) => setSubmit(on ? { auth: "password" } : { host: "", auth: "none" })}
        />
        {sends && (
          <>
            <Server side="submit" value={submit} change={setSubmit} error={error} />
            <AuthField value={submit.auth || "password"} change={(auth) => setSubmit({ auth })} none />
            {submit.auth !== "none" && (
              <div className={formCss.row}>
                <TextField
                  label={t("settings.in.user")}
                  value={submit.user ?? ""}
                  error={error("submit.user")}
                  change={(user) => setSubmit({ user })}
                  autoComplete="off"
                  autoCapitalize="none"
                />
                {(submit.auth || "password") === "password" && (
                  <PasswordField
                    label={t("settings.in.password")}
                    hint={submit.hasSecret ? t("settings.in.kept") : t("settings.out.password_hint")}
                    placeholder={submit.hasSecret ? "••••••••" : undefined}
                    value={value.submitSecret ?? ""}
                    error={error("submitSecret")}
                    change={(submitSecret) => set({ submitSecret })}
                    autoComplete="new-password"
                  />
                )}
              </div>
            )}
          </>
        )}
        {oauth && <Authorise provider={oauth} value={value} inbox={inbox} dirty={dirty} />}
        <TestConnection value={value} />
      </Section>
    </>
  );
}

function Server<V extends Receive | Submit>({
  side,
  value,
  change,
  error,
}: {
  side: "receive" | "submit";
  value: V;
  change: (change: { host?: string; port?: number; security?: Security }) => void;
  error: (location: string) => string | undefined;
}) {
  const { t } = useTranslation();
  return (
    <div className={formCss.server}>
      <TextField
        label={t("settings.in.host")}
        value={value.host ?? ""}
        error={error(`${side}.host`)}
        change={(host) => change({ host })}
        placeholder={side === "receive" ? "imap.example.com" : "smtp.example.com"}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
      />
      <NumberField
        label={t("settings.in.port")}
        value={value.port ?? 0}
        error={error(`${side}.port`)}
        placeholder={String(usualPort(side, value.security ?? "tls"))}
        change={(n) => change({ port: Math.min(65_535, n) })}
      />
      <SelectField<Security>
        label={t("settings.in.security")}
        value={value.security || "tls"}
        error={error(`${side}.security`)}
        change={(security) => change({ security, port: usualPort(side, security) })}
        options={[
          ["tls", "TLS"],
          ["starttls", "STARTTLS"],
          ["none", t("settings.in.unencrypted")],
        ]}
      />
    </div>
  );
}

/** Which of the mail that lies in the mailbox is taken. */
function Begin({
  value,
  change,
  error,
}: {
  value: Receive;
  change: (change: Partial<Receive>) => void;
  error: (location: string) => string | undefined;
}) {
  const { t } = useTranslation();
  const begin = value.begin || "all";
  return (
    <>
      <Choice
        legend={t("settings.in.begin")}
        value={begin}
        change={(chosen) => change({ begin: chosen, since: chosen === "date" ? monthAgo() : null })}
        error={error("receive.begin")}
        options={[
          ["now", t("settings.in.begin_now"), t("settings.in.begin_now_hint")],
          ["date", t("settings.in.begin_date"), t("settings.in.begin_date_hint")],
          ["all", t("settings.in.begin_all"), t("settings.in.begin_all_hint")],
        ]}
      />
      {begin === "date" && (
        <DateField
          label={t("settings.in.since")}
          value={dayOf(value.since)}
          max={dayOf(new Date().toISOString())}
          error={error("receive.since")}
          change={(day) => day && change({ since: startOf(day) })}
        />
      )}
    </>
  );
}

type Auth = "none" | "password" | Provider;

function AuthField({ value, change, none }: { value: Auth; change: (auth: Auth) => void; none?: boolean }) {
  const { t } = useTranslation();
  return (
    <SelectField<Auth>
      label={t("settings.in.auth")}
      value={value}
      change={change}
      options={[
        ["password", t("settings.in.auth_password")],
        ["google", t("settings.in.auth_google")],
        ["microsoft", t("settings.in.auth_microsoft")],
        ...(none ? ([["none", t("settings.in.auth_none")]] as const) : []),
      ]}
    />
  );
}

/** What must be done so that mail comes here by itself. */
function Receiver({ address, inbox }: { address: string; inbox: WholeInbox | undefined }) {
  const { t } = useTranslation();
  const may = useMay("setting.manage");
  const house = useQuery({ ...houseQuery, enabled: may }).data;
  const domain = address.split("@")[1] || "example.com";
  const host = house?.receiver.hostname || window.location.hostname;
  const health = useQuery({ ...healthQuery, enabled: inbox?.receive.method === "smtp" }).data;
  // A flag may have switched it on where the settings say nothing.
  const takes = health?.find((h) => h.inbox === inbox?.id)?.state === "ok";
  const listen = house?.receiver.listen || (takes ? t("settings.mx.elsewhere") : "");
  return (
    <div className={css.explain}>
      <ol>
        <li>
          {listen ? t("settings.mx.on", { listen }) : t("settings.mx.off")}{" "}
          <Link to="/settings/$" params={{ _splat: "company" }}>
            {t("settings.mx.where")}
          </Link>
        </li>
        <li>{t("settings.mx.port")}</li>
        <li>{t("settings.mx.record", { domain })}</li>
      </ol>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long line must scroll by keyboard too */}
      <code className={css.mx} tabIndex={0}>
        {domain}. IN MX 10 {host}.
      </code>
      <p>{t("settings.mx.warning")}</p>
    </div>
  );
}
