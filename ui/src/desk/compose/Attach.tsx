import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "../../parts/Icon";
import css from "./Composer.module.css";

/** A button that picks files. */
export function Attach({ take }: { take: (files: File[]) => void }) {
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button
        type="button"
        className={css.attach}
        aria-label={t("compose.attach")}
        title={t("compose.attach")}
        onClick={() => input.current?.click()}
      >
        <Icon name="clip" size={16} />
      </button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        tabIndex={-1}
        aria-label={t("compose.attach")}
        onChange={(e) => {
          take([...(e.target.files ?? [])]);
          e.target.value = "";
        }}
      />
    </>
  );
}
