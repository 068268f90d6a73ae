import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { speak } from "../i18n/i18n";
import { isLanguage, languages } from "../i18n/languages";
import { formCss } from "../settings/form/fields";
import { useTitle } from "../settings/form/Page";
import css from "./door.module.css";

/** What stands around every screen in front of the desk. */
export function Door({
  title,
  about,
  wide,
  children,
}: {
  title: string;
  about?: ReactNode;
  wide?: boolean;
  children: ReactNode;
}) {
  const { t, i18n } = useTranslation();
  useTitle(title);
  return (
    <div className={css.door}>
      <header className={css.top}>
        <span className={css.logo} aria-hidden="true">
          T
        </span>
        Tellus
      </header>
      <main className={`${css.card} ${wide ? css.wide : ""}`}>
        <div>
          <h1>{title}</h1>
          {about && <p>{about}</p>}
        </div>
        {children}
      </main>
      <nav className={css.foot} aria-label={t("door.languages")}>
        {Object.entries(languages).map(([code, name]) => (
          <button
            key={code}
            type="button"
            lang={code}
            aria-pressed={i18n.language === code}
            onClick={() => isLanguage(code) && void speak(code)}
          >
            {name}
          </button>
        ))}
      </nav>
    </div>
  );
}

/** What did not work, said once above the form. */
export function Said({ words, tone }: { words: string; tone?: "ok" | "note" }) {
  if (!words) return null;
  return (
    <div className={formCss.banner} data-tone={tone} role={tone === "ok" ? "status" : "alert"}>
      <span>{words}</span>
    </div>
  );
}
