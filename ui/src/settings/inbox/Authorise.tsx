import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { post } from "../../api/client";
import { useMay } from "../../app/session";
import { Copyable, formCss, PasswordField, TextField } from "../form/fields";
import { refused, type T } from "../form/refusal";
import { houseQuery } from "../queries";
import type { InboxEdit, Provider, WholeInbox } from "../types";

/** Signing in at Google or Microsoft by the operator's own application there. */
export function Authorise({
  provider,
  value,
  inbox,
  dirty,
}: {
  provider: Provider;
  value: InboxEdit;
  inbox: WholeInbox | undefined;
  dirty: boolean;
}) {
  const { t } = useTranslation();
  const may = useMay("setting.manage");
  const house = useQuery({ ...houseQuery, enabled: may }).data;
  const [ask, setAsk] = useState({ clientId: "", clientSecret: "", tenant: "" });
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<ReturnType<typeof refused>>({ fields: {}, whole: "" });
  const name = provider === "google" ? "Google" : "Microsoft";
  const receives = value.receive.method === "imap" && value.receive.auth === provider;
  const sends = Boolean(value.submit.host) && value.submit.auth === provider;
  const done = (!receives || value.receive.hasSecret) && (!sends || value.submit.hasSecret);

  async function go() {
    if (!ask.clientId.trim()) return setWrong({ fields: { clientId: t("form.refusal.needed") }, whole: "" });
    setBusy(true);
    try {
      const side = receives && sends ? "both" : receives ? "receive" : "submit";
      const { url } = await post<{ url: string }>(`/inboxes/${inbox!.id}/oauth`, {
        side,
        provider,
        clientId: ask.clientId.trim(),
        clientSecret: ask.clientSecret.trim(),
        ...(provider === "microsoft" && ask.tenant.trim() ? { tenant: ask.tenant.trim() } : {}),
      });
      window.location.assign(url);
    } catch (err) {
      setWrong(refused(t as T, err));
      setBusy(false);
    }
  }

  return (
    <fieldset className={formCss.field} style={{ gap: 14 }}>
      <legend className={formCss.label} style={{ marginBottom: 8 }}>
        {t("settings.oauth.title", { name })}
      </legend>
      <p className={formCss.hint}>{t(`settings.oauth.about_${provider}`)}</p>
      <Copyable
        label={t("settings.oauth.redirect")}
        text={`${house?.url || window.location.origin}/api/v1/oauth/callback`}
      />
      <div className={formCss.row}>
        <TextField
          label={t("settings.oauth.client")}
          value={ask.clientId}
          error={wrong.fields.clientId}
          change={(clientId) => setAsk({ ...ask, clientId })}
          autoComplete="off"
          spellCheck={false}
        />
        <PasswordField
          label={t("settings.oauth.secret")}
          value={ask.clientSecret}
          error={wrong.fields.clientSecret}
          change={(clientSecret) => setAsk({ ...ask, clientSecret })}
          autoComplete="new-password"
        />
      </div>
      {provider === "microsoft" && (
        <TextField
          label={t("settings.oauth.tenant")}
          hint={t("settings.oauth.tenant_hint")}
          optional
          placeholder="common"
          value={ask.tenant}
          error={wrong.fields.tenant}
          change={(tenant) => setAsk({ ...ask, tenant })}
        />
      )}
      {wrong.whole && (
        <div className={formCss.banner} role="alert">
          <span>{wrong.whole}</span>
        </div>
      )}
      <div style={{ display: "flex", gap: 12, alignItems: "center", flexWrap: "wrap" }}>
        <Button loading={busy} disabled={!inbox || dirty} onClick={() => void go()}>
          {t("settings.oauth.go", { name })}
        </Button>
        <span className={formCss.hint}>
          {!inbox || dirty ? t("settings.oauth.save_first") : done ? t("settings.oauth.is_done") : ""}
        </span>
      </div>
    </fieldset>
  );
}
