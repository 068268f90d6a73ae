import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Message } from "../../api/types";
import { loadWords } from "../../i18n/i18n";
import { Icon } from "../../parts/Icon";
import css from "./Warnings.module.css";

const Signs = lazy(() => Promise.all([import("./Signs"), loadWords("mail")]).then(([m]) => m));

const bad = new Set(["fail", "softfail", "permerror"]);

/** What speaks against a mail: no sender or one that could not be proven, and signs of spam. */
export function Warnings({ message: m }: { message: Message }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  if (m.kind !== "incoming" || m.erasedAt) return null;
  const v = m.verdicts;
  const failed = v ? (["dmarc", "spf", "dkim"] as const).filter((k) => bad.has(v[k] ?? "")) : [];
  // A single weak sign (a forwarder breaks SPF or a signature) is no reason to alarm anybody while DMARC holds.
  const forged =
    failed.includes("dmarc") || (failed.length > 0 && v?.dmarc !== "pass" && (v?.spf === "fail" || v?.dkim === "fail"));
  const spam = (m.spamScore ?? 0) >= 0.5 && (m.spamReasons?.length ?? 0) > 0;
  const nobody = m.from.address === "" && (m.channel === "email" || m.channel === "form");
  if (!forged && !spam && !nobody) return null;
  return (
    <div className={css.warning}>
      <p>
        <Icon name="shield" size={15} />
        <span>
          {nobody && `${t("warning.no_sender")} `}
          {forged
            ? `${t("warning.forged", { domain: v?.from || m.from.address.replace(/^.*@/, "") })} `
            : spam && `${t("warning.spam")} `}
          {(forged || spam) && (
            <button type="button" aria-expanded={open} onClick={() => setOpen(!open)}>
              {t("warning.why")}
            </button>
          )}
        </span>
      </p>
      {open && (
        <Suspense>
          <Signs message={m} failed={failed} />
        </Suspense>
      )}
    </div>
  );
}
