import { Link } from "@tanstack/react-router";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import { useDirectory } from "../../api/queries";
import type { Conversation } from "../../api/types";
import { useMe } from "../../app/session";
import { useFormat } from "../../i18n/format";
import { useNow } from "../../i18n/now";
import { Avatar } from "../../parts/Avatar";
import { Icon } from "../../parts/Icon";
import { Pill, tagTone } from "../../parts/Pill";
import { When } from "../../parts/When";
import { KindPills } from "../fields/Kind";
import { dueWords } from "./due";
import css from "./Row.module.css";
import { Snoozed } from "./Snoozed";

type T = (key: string, values?: Record<string, unknown>) => string;

interface Props {
  row: Conversation;
  view: string;
  open: boolean;
  warm: (number: number) => void;
}

/** One conversation in a list: who, since when, what, and what it needs. */
export const Row = memo(function Row({ row, view, open, warm }: Props) {
  const { t } = useTranslation();
  const name = row.customerName || row.address || t("list.no_name");
  return (
    <Link
      to="/view/$view/$number"
      params={{ view, number: String(row.number) }}
      className={css.row}
      data-on={open || undefined}
      data-unread={row.unread || undefined}
      data-number={row.number}
      aria-current={open ? "true" : undefined}
      onPointerEnter={() => warm(row.number)}
      onFocus={() => warm(row.number)}
    >
      <Avatar name={name} seed={`customer:${row.customer}`} />
      <span className={css.words}>
        <span className={css.top}>
          <b className="cut" dir="auto" title={name}>
            {name}
          </b>
          {row.unread && <span className="unseen">{t("list.unread")}</span>}
          {row.channel === "form" && <Icon name="form" size={13} />}
          {row.attachments && <Icon name="clip" size={13} />}
          <When at={row.lastAt} as="age" className={css.age} />
        </span>
        <span className={`${css.subject} cut`} dir="auto" title={row.subject}>
          {row.subject || t("list.no_subject")}
        </span>
        <span className={`${css.preview} cut`}>{previewWords(t, row)}</span>
        <Pills row={row} view={view} />
      </span>
    </Link>
  );
});

/** Who wrote the last message and how it begins; what was recorded by hand says what took place. */
function previewWords(t: T, row: Conversation): string {
  const said = t(`list.by_${row.previewBy}`, { channel: t(`channel.${row.channel}`), text: row.preview });
  return row.previewBy.includes("_") && row.preview ? `${said} · ${row.preview}` : said;
}

function Pills({ row, view }: { row: Conversation; view: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow();
  const me = useMe();
  const directory = useDirectory();
  const due = dueWords(t, format, row, now);
  const assignee = directory.agent(row.assignee);
  const tags = row.tags.map((id) => directory.tag(id)).filter((tag) => tag !== undefined);
  const pills = [
    due && (
      <Pill key="due" tone={due.tone}>
        {due.text}
      </Pill>
    ),
    row.deliveryTroubled && (
      <Pill key="delivery" tone="late">
        <Icon name="alert" size={12} />
        {t("list.delivery_trouble")}
      </Pill>
    ),
    (row.snoozedUntil || row.untilReply) && <Snoozed key="snoozed" row={row} now={now} icon />,
    row.priority >= 2 && (
      <Pill key="priority" tone={row.priority === 3 ? "late" : "warn"}>
        {t(`priority.${row.priority}`)}
      </Pill>
    ),
    row.restricted && (
      <Pill key="restricted">
        <Icon name="lock" size={12} />
        {t("list.restricted")}
      </Pill>
    ),
    (row.status === "resolved" || row.status === "closed") && <Pill key="status">{t(`status.${row.status}`)}</Pill>,
    row.status === "waiting" && view !== "waiting" && <Pill key="status">{t("list.waiting")}</Pill>,
    (row.type || row.checks) && <KindPills key="kind" row={row} />,
    ...tags.slice(0, 3).map((tag) => (
      <Pill key={`tag${tag.id}`} tone={tagTone(tag.colour)}>
        {tag.name}
      </Pill>
    )),
    tags.length > 3 && <Pill key="more">{`+${tags.length - 3}`}</Pill>,
  ].filter(Boolean);
  const other = assignee && assignee.id !== me.id ? assignee : undefined;
  if (pills.length === 0 && !other) return null;
  return (
    <span className={css.pills}>
      <span className={css.few}>{pills}</span>
      {other && (
        <span className={css.assignee} title={t("list.assigned_to", { name: other.name })}>
          <Avatar name={other.name} seed={`agent:${other.id}`} size={16} />
          <span className="unseen">{t("list.assigned_to", { name: other.name })}</span>
        </span>
      )}
    </span>
  );
}
