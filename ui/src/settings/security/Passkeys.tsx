import { Button } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { del, post } from "../../api/client";
import { profileQuery } from "../../app/session";
import { type CreationJSON, createPasskey, knowsPasskeys, passkeyTrouble } from "../../door/webauthn";
import { Failed } from "../../parts/Trouble";
import { toast } from "../../parts/toast";
import { When } from "../../parts/When";
import { Ask } from "../Ask";
import { FormSheet } from "../form/FormSheet";
import { TextField } from "../form/fields";
import { Bones, Section } from "../form/Page";
import { useForm } from "../form/useForm";
import list from "../list.module.css";
import { passkeysQuery } from "../queries";
import type { Passkey } from "../types";
import { thisDevice } from "./device";

/** Keys on a phone, computer or stick that sign in by fingerprint, face or PIN. */
export function Passkeys() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const keys = useQuery(passkeysQuery);
  const [adding, setAdding] = useState(false);
  const [dropping, setDropping] = useState<Passkey>();
  const able = knowsPasskeys();
  return (
    <Section title={t("settings.passkeys.title")} about={t("settings.passkeys.about")} flush>
      {keys.isPending && <Bones rows={1} />}
      {keys.error && (
        <Failed what={t("settings.passkeys.failed")} error={keys.error} retry={() => void keys.refetch()} />
      )}
      {keys.data?.map((k) => (
        <div key={k.id} className={`${list.row} ${list.wrap}`}>
          <div className={list.body}>
            <div className={list.name}>{k.name}</div>
            <div className={list.quiet}>
              {t("settings.made")} <When at={k.createdAt} />
              {k.seenAt && (
                <>
                  {" · "}
                  {t("settings.used")} <When at={k.seenAt} />
                </>
              )}
            </div>
          </div>
          <Button onClick={() => setDropping(k)} aria-label={`${t("common.remove")}: ${k.name}`}>
            {t("common.remove")}
          </Button>
        </div>
      ))}
      <div className={list.row}>
        <div className={list.body}>
          <div className={list.more}>
            {able ? keys.data?.length === 0 && t("settings.passkeys.none") : t("settings.passkeys.unable")}
          </div>
        </div>
        <Button disabled={!able} onClick={() => setAdding(true)}>
          {t("settings.passkeys.add")}
        </Button>
      </div>
      {adding && <AddPasskey close={() => setAdding(false)} />}
      {dropping && (
        <Ask
          title={t("settings.passkeys.remove_title", { name: dropping.name })}
          act={t("common.remove")}
          close={() => setDropping(undefined)}
          run={async () => {
            await del(`/profile/passkeys/${dropping.id}`);
            await client.invalidateQueries({ queryKey: passkeysQuery.queryKey });
            void client.invalidateQueries({ queryKey: profileQuery.queryKey });
          }}
        >
          {t("settings.passkeys.remove_text")}
        </Ask>
      )}
    </Section>
  );
}

function AddPasskey({ close }: { close: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [first] = useState(() => ({ name: thisDevice() }));
  const form = useForm(
    first,
    async (v) => {
      const { options } = await post<{ options: CreationJSON }>("/profile/passkeys/begin");
      let credential: unknown;
      try {
        credential = await createPasskey(options);
      } catch (err) {
        throw new Error(t(`form.passkey.${passkeyTrouble(err) ?? "other"}`));
      }
      await post("/profile/passkeys/finish", { name: v.name.trim(), credential });
      await client.invalidateQueries({ queryKey: passkeysQuery.queryKey });
      void client.invalidateQueries({ queryKey: profileQuery.queryKey });
      toast(t("settings.passkeys.added"));
      return v;
    },
    {
      said: "",
      check: (v): Record<string, string> => (v.name.trim() ? {} : { name: t("form.refusal.needed") }),
    },
  );
  return (
    <FormSheet title={t("settings.passkeys.add")} form={form} save={t("settings.passkeys.go")} close={close} always>
      <p>{t("settings.passkeys.add_text")}</p>
      <TextField
        label={t("settings.passkeys.name")}
        hint={t("settings.passkeys.name_hint")}
        value={form.value.name}
        error={form.error("name")}
        change={(name) => form.set({ name })}
        maxLength={60}
        autoFocus
      />
    </FormSheet>
  );
}
