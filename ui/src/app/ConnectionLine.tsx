import { useTranslation } from "react-i18next";
import { useOutbox } from "../desk/outbox";
import { useLink } from "../live/live";
import css from "./ConnectionLine.module.css";

/** A thin line at the top while the server is out of reach, saying what becomes of what was written. */
export function ConnectionLine() {
  const { t } = useTranslation();
  const link = useLink();
  const unsent = useOutbox().length;
  return (
    <div className={css.place} role="status">
      {link === "lost" && (
        <div className={css.line}>{unsent > 0 ? t("line.unsent", { count: unsent }) : t("line.lost")}</div>
      )}
    </div>
  );
}
