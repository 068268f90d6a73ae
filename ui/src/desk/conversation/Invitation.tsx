import { useTranslation } from "react-i18next";
import type { Invitation as Body } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { Icon } from "../../parts/Icon";
import css from "./Invitation.module.css";

/** A calendar invitation that came with a mail, readable. */
export function Invitation({ invitation: i }: { invitation: Body }) {
  const { t } = useTranslation();
  const format = useFormat();
  const start = i.start ? format.weekdayMoment(Date.parse(i.start)) : "";
  const end = i.end ? format.weekdayMoment(Date.parse(i.end)) : "";
  const method = (i.method ?? "").toUpperCase();
  return (
    <div className={css.invitation}>
      <Icon name="calendar" />
      <div>
        <b>{i.summary || t("invitation.untitled")}</b>
        {start && (
          <p>
            {start}
            {end && ` – ${end}`}
          </p>
        )}
        {i.location && <p>{i.location}</p>}
        {i.organizer && <p className={css.quiet}>{t("invitation.from", { name: i.organizer })}</p>}
        <p className={css.quiet}>
          {t(
            method === "CANCEL"
              ? "invitation.cancelled"
              : method === "REPLY"
                ? "invitation.reply"
                : "invitation.request",
          )}
        </p>
      </div>
    </div>
  );
}
