import { useTranslation } from "react-i18next";
import type { Conversation } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { Icon } from "../../parts/Icon";
import { Pill } from "../../parts/Pill";

/** The key of the words for what a snoozed conversation waits for, or what woke it. */
export const wakeKey = (as: "until" | "woken", on: { event: string; number?: number }) =>
  `wake.${as}_${on.event}${on.number || on.event === "colleague" || on.event === "purchase" ? "" : "_any"}`;

/** Until when, or until what, a conversation is out of sight. */
export function Snoozed({ row, now, icon }: { row: Conversation; now: number; icon?: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (!row.snoozedUntil && !row.untilReply) return null;
  const time = row.snoozedUntil
    ? t("list.snoozed_until", { when: format.moment(Date.parse(row.snoozedUntil), now) })
    : t("list.snoozed_reply");
  const on = row.wakeOn;
  return (
    <Pill tone="info" title={on && time}>
      {icon && <Icon name="clock" size={12} />}
      {on ? t(wakeKey("until", on), { number: on.number, defaultValue: time }) : time}
    </Pill>
  );
}
