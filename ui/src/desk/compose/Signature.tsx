import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useDirectory } from "../../api/queries";
import { useMe } from "../../app/session";
import css from "./Composer.module.css";
import { plainText } from "./html";

/** What the server will put below a mail. */
export function Signature({ inbox }: { inbox: number | undefined }) {
  const { t } = useTranslation();
  const me = useMe();
  const directory = useDirectory();
  const [whole, setWhole] = useState(false);
  const words = [me.signature, directory.inbox(inbox)?.signature ?? ""].map(plainText).filter(Boolean).join("\n");
  if (!words) return null;
  return (
    <button
      type="button"
      className={css.signature}
      aria-expanded={whole}
      title={t("compose.signature")}
      onClick={() => setWhole(!whole)}
    >
      {whole ? words : words.split("\n").filter(Boolean).join(" · ")}
    </button>
  );
}
