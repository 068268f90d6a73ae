import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "./Icon";
import css from "./Toasts.module.css";
import { dismiss, type Toast, useToasts } from "./toast";

/** What just happened, with a way back; read out politely. */
export function Toasts() {
  const { t } = useTranslation();
  const toasts = useToasts();
  return (
    <section className={css.stack} aria-live="polite" aria-label={t("toast.region")}>
      {toasts.map((one) => (
        <One key={one.id} toast={one} />
      ))}
    </section>
  );
}

function One({ toast }: { toast: Toast }) {
  const { t } = useTranslation();
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (held) return;
    const timer = setTimeout(() => dismiss(toast.id), toast.stays);
    return () => clearTimeout(timer);
  }, [toast, held]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: pointing only lets it stay, all it does is in its buttons
    <div
      className={css.toast}
      data-tone={toast.tone}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      {toast.tone === "bad" && <Icon name="alert" size={16} />}
      <span>{toast.text}</span>
      {toast.action && (
        <button
          type="button"
          className={css.act}
          onClick={() => {
            dismiss(toast.id);
            toast.action?.run();
          }}
        >
          {toast.action.label}
        </button>
      )}
      <button type="button" className={css.close} aria-label={t("toast.close")} onClick={() => dismiss(toast.id)}>
        <Icon name="close" size={14} />
      </button>
    </div>
  );
}
