import { Link, useRouterState } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import css from "./Customers.module.css";

/** People or organisations. */
export function Tabs() {
  const { t } = useTranslation();
  const people = useRouterState({ select: (s) => s.location.pathname.startsWith("/customers") });
  return (
    <nav className={css.tabs} aria-label={t("customers.tabs")}>
      <Link to="/customers" search={{ q: "", language: "", warned: false }} aria-current={people ? "page" : undefined}>
        {t("customers.people")}
      </Link>
      <Link to="/organisations" search={{ q: "" }} aria-current={people ? undefined : "page"}>
        {t("customers.organisations")}
      </Link>
    </nav>
  );
}
