import { Link, useRouterState } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import css from "./Customers.module.css";

/** People, organisations, or people who may be one. */
export function Tabs() {
  const { t } = useTranslation();
  const path = useRouterState({ select: (s) => s.location.pathname });
  const at = path.startsWith("/organisations")
    ? "organisations"
    : path.endsWith("/duplicates")
      ? "duplicates"
      : "people";
  return (
    <nav className={css.tabs} aria-label={t("customers.tabs")}>
      <Link
        to="/customers"
        search={{ q: "", language: "", warned: false }}
        aria-current={at === "people" ? "page" : undefined}
      >
        {t("customers.people")}
      </Link>
      <Link to="/organisations" search={{ q: "" }} aria-current={at === "organisations" ? "page" : undefined}>
        {t("customers.organisations")}
      </Link>
      <Link to="/customers/duplicates" aria-current={at === "duplicates" ? "page" : undefined}>
        {t("customers.duplicates")}
      </Link>
    </nav>
  );
}
