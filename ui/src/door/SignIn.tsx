import { Button, useMantineColorScheme } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useRouter } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { get, post } from "../api/client";
import type { Profile, ServerStatus } from "../api/types";
import { PasswordField, TextField } from "../settings/form/fields";
import { Door, Said } from "./Door";
import css from "./door.module.css";
import { enter, type Method, placeAfter, type SignedIn } from "./enter";
import { SecondFactor } from "./SecondFactor";
import { knowsPasskeys, passkeyTrouble, type RequestJSON, signWithPasskey } from "./webauthn";
import { doorWords } from "./words";

/** Signing in: by password and a second step, or by passkey alone. */
export function SignIn() {
  const { t } = useTranslation();
  const router = useRouter();
  const { setColorScheme } = useMantineColorScheme();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [methods, setMethods] = useState<Method[]>();
  const [busy, setBusy] = useState<"" | "password" | "passkey">("");
  const [wrong, setWrong] = useState("");
  const status = useQuery({
    queryKey: ["status"],
    queryFn: ({ signal }) => get<ServerStatus>("/status", undefined, signal),
  });

  async function arrived(profile: Profile) {
    const to = placeAfter(new URLSearchParams(window.location.search).get("to"), window.location.origin);
    await enter(profile, setColorScheme);
    router.history.push(`/app${to}`);
  }

  async function took(answer: SignedIn) {
    if (answer.stage === "full" && answer.profile) return arrived(answer.profile);
    setMethods(answer.methods ?? []);
  }

  async function byPassword(e: FormEvent) {
    e.preventDefault();
    if (!email.trim() || !password) return setWrong(t("door.sign_in.both"));
    setBusy("password");
    setWrong("");
    try {
      await took(await post<SignedIn>("/session", { email: email.trim(), password }));
    } catch (err) {
      setWrong(doorWords(t, err));
      setPassword("");
    } finally {
      setBusy("");
    }
  }

  async function byPasskey() {
    setBusy("passkey");
    setWrong("");
    try {
      const { options } = await post<{ options: RequestJSON }>("/session/passkey/begin");
      const credential = await signWithPasskey(options);
      await took(await post<SignedIn>("/session/passkey/finish", { credential }));
    } catch (err) {
      const trouble = passkeyTrouble(err);
      setWrong(trouble ? t(`form.passkey.${trouble}`) : doorWords(t, err));
    } finally {
      setBusy("");
    }
  }

  if (methods) {
    return (
      <SecondFactor
        methods={methods}
        done={arrived}
        back={() => {
          setMethods(undefined);
          setPassword("");
        }}
      />
    );
  }
  if (status.data?.setup) {
    return (
      <Door title={t("door.not_set_up.title")}>
        <p>{t("door.not_set_up.text")}</p>
        <p>{t("door.not_set_up.again")}</p>
      </Door>
    );
  }
  return (
    <Door title={t("door.sign_in.title")} about={t("door.sign_in.about")}>
      <form onSubmit={byPassword} noValidate>
        <Said words={wrong} />
        <TextField
          label={t("door.email")}
          type="email"
          value={email}
          change={setEmail}
          autoComplete="username webauthn"
          autoCapitalize="none"
          spellCheck={false}
          autoFocus
        />
        <PasswordField
          label={t("door.password")}
          value={password}
          change={setPassword}
          autoComplete="current-password"
        />
        <Button type="submit" variant="filled" className={css.go} loading={busy === "password"}>
          {t("door.sign_in.go")}
        </Button>
      </form>
      {knowsPasskeys() && (
        <>
          <span className={css.or}>{t("door.or")}</span>
          <Button className={css.go} loading={busy === "passkey"} onClick={() => void byPasskey()}>
            {t("door.sign_in.passkey")}
          </Button>
        </>
      )}
      <div className={css.links}>
        <Link to="/forgot">{t("door.sign_in.forgot")}</Link>
      </div>
    </Door>
  );
}
