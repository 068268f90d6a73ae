import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { del, newKey, post, put } from "../../api/client";
import { Ask } from "../Ask";
import { FormSheet } from "../form/FormSheet";
import { Switch, TextField } from "../form/fields";
import { useForm } from "../form/useForm";
import type { Told, Webhook } from "./queries";
import css from "./Webhooks.module.css";

interface Props {
  hook?: Webhook;
  close: () => void;
  /** There is a secret to be shown. */
  told: (now: Told) => void;
}

interface Header {
  name: string;
  value: string;
  /** It has a value that is not told. */
  kept: boolean;
}

/** A webhook's name, address and further headers. */
export function EditWebhook({ hook, close, told }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [key] = useState(newKey);
  const [asking, setAsking] = useState<"delete" | "rotate">();
  const [server] = useState(() => ({
    name: hook?.name ?? "",
    url: hook?.url ?? "",
    headers: (hook?.headers ?? []).map((name): Header => ({ name, value: "", kept: true })),
    active: hook?.active ?? true,
  }));
  const renew = () => client.invalidateQueries({ queryKey: ["webhooks"] });
  const form = useForm(
    server,
    async (v) => {
      const body = {
        name: v.name.trim(),
        url: v.url.trim(),
        active: v.active,
        headers: v.headers.map(({ name, value }) => ({ name: name.trim(), ...(value ? { value } : {}) })),
      };
      if (hook) await put(`/webhooks/${hook.id}`, { version: hook.version, ...body });
      else told(await post<Told>("/webhooks", body, key));
      await renew();
      return v;
    },
    {
      check: (v): Record<string, string> => ({
        ...(v.name.trim() ? {} : { name: t("form.refusal.needed") }),
        ...(v.url.trim() ? {} : { url: t("form.refusal.needed") }),
      }),
    },
  );
  const { value, set, error } = form;
  const header = (at: number, next: Partial<Header>) =>
    set({ headers: value.headers.map((h, i) => (i === at ? { ...h, ...next } : h)) });
  return (
    <>
      <FormSheet
        title={hook ? t("webhook.edit") : t("webhook.add")}
        form={form}
        save={hook ? t("common.save") : t("webhook.make")}
        close={close}
        aside={
          hook && (
            <>
              <Button onClick={() => setAsking("delete")}>{t("settings.delete")}</Button>
              <Button onClick={() => setAsking("rotate")}>{t("webhook.rotate")}</Button>
            </>
          )
        }
      >
        <TextField
          label={t("webhook.name")}
          value={value.name}
          error={error("name")}
          change={(name) => set({ name })}
          maxLength={100}
          autoFocus={!hook}
        />
        <TextField
          label={t("webhook.url")}
          hint={t("webhook.url_hint")}
          type="url"
          value={value.url}
          error={error("url")}
          change={(url) => set({ url })}
          maxLength={2000}
        />
        {value.headers.map((h, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a header has nothing but its place while it is typed
          <div key={i} className={css.header}>
            <TextField
              label={t("webhook.header_name")}
              value={h.name}
              error={error(`headers[${i}].name`)}
              change={(name) => header(i, { name })}
              maxLength={100}
            />
            <TextField
              label={t("webhook.header_value")}
              hint={h.kept && !h.value ? t("webhook.header_kept") : undefined}
              value={h.value}
              error={error(`headers[${i}].value`)}
              change={(v) => header(i, { value: v })}
              maxLength={1000}
            />
            <Button
              aria-label={t("webhook.header_remove", { name: h.name })}
              onClick={() => set({ headers: value.headers.filter((_, at) => at !== i) })}
            >
              {t("settings.delete")}
            </Button>
          </div>
        ))}
        {value.headers.length < 10 && (
          <Button onClick={() => set({ headers: [...value.headers, { name: "", value: "", kept: false }] })}>
            {t("webhook.header_add")}
          </Button>
        )}
        <Switch label={t("webhook.active")} checked={value.active} change={(active) => set({ active })} />
      </FormSheet>
      {asking === "delete" && hook && (
        <Ask
          title={t("webhook.delete", { name: hook.name })}
          act={t("settings.delete")}
          close={() => setAsking(undefined)}
          run={async () => {
            await del(`/webhooks/${hook.id}`);
            await renew();
            close();
          }}
        >
          {t("webhook.delete_text")}
        </Ask>
      )}
      {asking === "rotate" && hook && (
        <Ask
          title={t("webhook.rotate")}
          act={t("webhook.rotate")}
          close={() => setAsking(undefined)}
          run={async () => {
            const now = await post<Told>(`/webhooks/${hook.id}/secret`, {});
            await renew();
            told(now);
          }}
        >
          {t("webhook.rotate_text")}
        </Ask>
      )}
    </>
  );
}
