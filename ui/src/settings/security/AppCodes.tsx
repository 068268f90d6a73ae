import { Button } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { post } from "../../api/client";
import { isProblem } from "../../api/problem";
import { profileQuery, useMe } from "../../app/session";
import { Pill } from "../../parts/Pill";
import { Sheet, SheetBody } from "../../parts/Sheet";
import { Bone, Late } from "../../parts/Skeleton";
import { Failed } from "../../parts/Trouble";
import { toast } from "../../parts/toast";
import { FormSheet } from "../form/FormSheet";
import { Copyable, copy, formCss, PasswordField, TextField } from "../form/fields";
import { Section } from "../form/Page";
import { useForm } from "../form/useForm";
import list from "../list.module.css";
import css from "./security.module.css";

/** The second step by codes of an app on the phone (TOTP). */
export function AppCodes() {
  const { t } = useTranslation();
  const me = useMe();
  const [open, setOpen] = useState<"" | "on" | "off">("");
  const [codes, setCodes] = useState<string[]>();
  const on = me.totp;
  return (
    <Section title={t("settings.totp.title")} about={t("settings.totp.about")} flush>
      <div className={list.row}>
        <div className={list.body}>
          <div className={list.name}>
            {t("settings.totp.name")}
            <Pill tone={on ? "ok" : "grey"}>{t(on ? "settings.on" : "settings.off")}</Pill>
          </div>
        </div>
        {on ? (
          <Button onClick={() => setOpen("off")}>{t("settings.totp.turn_off")}</Button>
        ) : (
          <Button onClick={() => setOpen("on")}>{t("settings.totp.turn_on")}</Button>
        )}
      </div>
      {open === "on" && (
        <TurnOn
          close={() => setOpen("")}
          done={setCodes}
          already={() => {
            setOpen("");
            toast(t("settings.totp.already"));
          }}
        />
      )}
      {open === "off" && <TurnOff close={() => setOpen("")} />}
      {codes && <RecoveryCodes codes={codes} close={() => setCodes(undefined)} />}
    </Section>
  );
}

const empty = { code: "" };
const noPassword = { password: "" };

function TurnOn({ close, done, already }: { close: () => void; done: (codes: string[]) => void; already: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const offer = useQuery({
    queryKey: ["totp", "offer"],
    queryFn: () => post<{ secret: string; uri: string; qr: string }>("/profile/totp/begin"),
    gcTime: 0,
    retry: false,
  });
  const taken = isProblem(offer.error, "conflict");
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the server says so
  useEffect(() => {
    if (taken) already();
  }, [taken]);
  const form = useForm(
    empty,
    async (v) => {
      const made = await post<{ recoveryCodes: string[] }>("/profile/totp", { code: v.code.replace(/\s/g, "") });
      await client.invalidateQueries({ queryKey: profileQuery.queryKey });
      done(made.recoveryCodes);
      return empty;
    },
    { said: "" },
  );
  return (
    <FormSheet title={t("settings.totp.name")} form={form} save={t("settings.totp.confirm")} close={close}>
      {offer.error && !taken && <Failed what={t("settings.totp.no_offer")} error={offer.error} />}
      {offer.isPending && (
        <Late>
          <Bone width={200} height={200} />
        </Late>
      )}
      {offer.data && (
        <>
          <p>{t("settings.totp.scan")}</p>
          <div className={css.qr}>
            <img src={offer.data.qr} width={200} height={200} alt={t("settings.totp.qr")} />
          </div>
          <Copyable label={t("settings.totp.secret")} text={offer.data.secret} />
          <TextField
            label={t("settings.totp.code")}
            hint={t("settings.totp.code_hint")}
            value={form.value.code}
            error={form.error("code")}
            change={(code) => form.set({ code })}
            inputMode="numeric"
            autoComplete="one-time-code"
            maxLength={10}
          />
        </>
      )}
    </FormSheet>
  );
}

function TurnOff({ close }: { close: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const form = useForm(
    noPassword,
    async (v) => {
      await post("/profile/totp/remove", v);
      await client.invalidateQueries({ queryKey: profileQuery.queryKey });
      return noPassword;
    },
    { said: t("settings.totp.removed") },
  );
  return (
    <FormSheet title={t("settings.totp.name")} form={form} save={t("settings.totp.turn_off")} close={close}>
      <p>{t("settings.totp.off_text")}</p>
      <PasswordField
        label={t("settings.password.current")}
        value={form.value.password}
        error={form.error("password")}
        change={(password) => form.set({ password })}
        autoComplete="current-password"
        autoFocus
      />
    </FormSheet>
  );
}

/** Shown once: they close only when they are said to be kept. */
export function RecoveryCodes({ codes, close }: { codes: string[]; close: () => void }) {
  const { t } = useTranslation();
  const [kept, setKept] = useState(false);
  const text = codes.join("\n");
  function download() {
    const url = URL.createObjectURL(new Blob([`${t("settings.recovery.file")}\n\n${text}\n`], { type: "text/plain" }));
    const link = document.createElement("a");
    link.href = url;
    link.download = "tellus-recovery-codes.txt";
    link.click();
    URL.revokeObjectURL(url);
  }
  return (
    <Sheet
      label={t("settings.recovery.title")}
      close={() => (kept ? close() : toast(t("settings.recovery.first"), { tone: "bad" }))}
    >
      <SheetBody
        title={t("settings.recovery.title")}
        foot={
          <>
            <Button onClick={() => void copy(text, t("form.copied"))}>{t("form.copy")}</Button>
            <Button onClick={download}>{t("settings.recovery.download")}</Button>
            <Button variant="filled" disabled={!kept} onClick={close}>
              {t("settings.recovery.done")}
            </Button>
          </>
        }
      >
        <p>{t("settings.recovery.text")}</p>
        <ol className={css.codes}>
          {codes.map((c) => (
            <li key={c}>
              <code>{c}</code>
            </li>
          ))}
        </ol>
        <label className={formCss.check}>
          <input type="checkbox" checked={kept} onChange={(e) => setKept(e.target.checked)} />
          <span>{t("settings.recovery.kept")}</span>
        </label>
      </SheetBody>
    </Sheet>
  );
}
