import { lazy, Suspense, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { EditorHandle } from "../desk/compose/Editor";
import { Bone } from "../parts/Skeleton";
import { toast } from "../parts/toast";
import { Wrong } from "./form/fields";
import css from "./SignatureField.module.css";

const Editor = lazy(() => import("../desk/compose/Editor"));

/** A signature, written where it will stand: under an answer. */
export function SignatureField({
  label,
  html,
  change,
  error,
  sender,
}: {
  label: string;
  html: string;
  change: (html: string) => void;
  error?: string;
  /** Who the mail comes from. */
  sender: string;
}) {
  const { t } = useTranslation();
  const editor = useRef<EditorHandle>(null);
  return (
    <div className={css.mail}>
      <div className={css.head} aria-hidden="true">
        <b>{sender}</b>
        <span>{t("settings.signature.to")}</span>
      </div>
      <div className={css.text} aria-hidden="true">
        <p>{t("settings.signature.greeting")}</p>
        <Bone width="88%" height={9} />
        <Bone width="62%" height={9} />
      </div>
      <Suspense fallback={<Bone height={62} />}>
        <Editor
          ref={editor}
          html={html}
          label={label}
          placeholder={t("settings.signature.placeholder")}
          note={false}
          focus={false}
          changed={change}
          files={() => toast(t("settings.signature.no_files"))}
          send={() => undefined}
        />
      </Suspense>
      <Wrong error={error} />
    </div>
  );
}
