import { Button } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { del, post } from "../api/client";
import { isProblem } from "../api/problem";
import type { Profile } from "../api/types";
import { TextField } from "../settings/form/fields";
import { Door, Said } from "./Door";
import css from "./door.module.css";
import type { Method, SignedIn } from "./enter";
import { knowsPasskeys, passkeyTrouble, type RequestJSON, signWithPasskey } from "./webauthn";
import { doorWords } from "./words";

/** The second step after the password: a code, a recovery code or a passkey. */
export function SecondFactor({
  methods,
  done,
  back,
}: {
  methods: Method[];
  done: (profile: Profile) => Promise<void>;
  back: () => void;
}) {
  const { t } = useTranslation();
  const usable = methods.filter((m) => m !== "passkey" || knowsPasskeys());
  const [way, setWay] = useState<Method>(
    usable.includes("totp") ? "totp" : usable.includes("passkey") ? "passkey" : "recovery",
  );
  const [code, setCode] = useState("");
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState("");
  const [field, setField] = useState<string>();

  async function go(e?: FormEvent) {
    e?.preventDefault();
    if (way !== "passkey" && !code.trim()) return setField(t("form.refusal.needed"));
    setBusy(true);
    setWrong("");
    setField(undefined);
    try {
      let answer: SignedIn;
      if (way === "passkey") {
        const { options } = await post<{ options: RequestJSON }>("/session/passkey/begin");
        answer = await post<SignedIn>("/session/passkey/finish", { credential: await signWithPasskey(options) });
      } else {
        answer = await post<SignedIn>(`/session/${way}`, {
          code: way === "totp" ? code.replace(/\s/g, "") : code.trim(),
        });
      }
      if (answer.profile) await done(answer.profile);
    } catch (err) {
      const trouble = passkeyTrouble(err);
      if (isProblem(err, "wrong_password") && way !== "passkey") setField(doorWords(t, err));
      else setWrong(trouble ? t(`form.passkey.${trouble}`) : doorWords(t, err));
      setCode("");
    } finally {
      setBusy(false);
    }
  }

  return (
    <Door title={t("door.second.title")} about={t(`door.second.${way}`)}>
      <form onSubmit={go} noValidate>
        <Said words={wrong} />
        {way !== "passkey" && (
          <TextField
            key={way}
            label={t(`door.second.${way}_label`)}
            value={code}
            error={field}
            change={setCode}
            inputMode={way === "totp" ? "numeric" : undefined}
            autoComplete="one-time-code"
            autoCapitalize="none"
            spellCheck={false}
            autoFocus
          />
        )}
        <Button type="submit" variant="filled" className={css.go} loading={busy}>
          {t(way === "passkey" ? "door.second.passkey_go" : "door.second.go")}
        </Button>
      </form>
      {(way === "passkey" || way === "recovery") && <p>{t("door.second.lost")}</p>}
      <div className={css.links}>
        {usable
          .filter((m) => m !== way)
          .map((m) => (
            <button
              key={m}
              type="button"
              onClick={() => {
                setWay(m);
                setCode("");
                setWrong("");
                setField(undefined);
              }}
            >
              {t(`door.second.use_${m}`)}
            </button>
          ))}
        <button
          type="button"
          onClick={() => {
            void del("/session").catch(() => undefined); // half a session ends by itself too
            back();
          }}
        >
          {t("door.second.back")}
        </button>
      </div>
    </Door>
  );
}
