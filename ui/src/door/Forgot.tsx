import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { post } from "../api/client";
import { TextField } from "../settings/form/fields";
import { Door, Said } from "./Door";
import css from "./door.module.css";
import { doorWords } from "./words";

/** Asks for a link by mail. The answer never tells whether there is such an account. */
export function Forgot() {
  const { t } = useTranslation();
  const [email, setEmail] = useState("");
  const [busy, setBusy] = useState(false);
  const [sent, setSent] = useState(false);
  const [wrong, setWrong] = useState("");
  const [field, setField] = useState<string>();

  async function go(e: FormEvent) {
    e.preventDefault();
    setField(undefined);
    if (!/^\S+@\S+$/.test(email.trim())) return setField(t("form.refusal.no_mail_address"));
    setBusy(true);
    setWrong("");
    try {
      await post("/password-reset", { email: email.trim() });
      setSent(true);
    } catch (err) {
      setWrong(doorWords(t, err));
    } finally {
      setBusy(false);
    }
  }

  return (
    <Door title={t("door.forgot.title")} about={sent ? undefined : t("door.forgot.about")}>
      {sent ? (
        <>
          <Said tone="ok" words={t("door.forgot.sent", { email: email.trim() })} />
          <p>{t("door.forgot.nothing")}</p>
        </>
      ) : (
        <form onSubmit={go} noValidate>
          <Said words={wrong} />
          <TextField
            label={t("door.email")}
            type="email"
            value={email}
            error={field}
            change={setEmail}
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            autoFocus
          />
          <Button type="submit" variant="filled" className={css.go} loading={busy}>
            {t("door.forgot.go")}
          </Button>
        </form>
      )}
      <div className={css.links}>
        <Link to="/sign-in">{t("door.forgot.back")}</Link>
      </div>
    </Door>
  );
}
