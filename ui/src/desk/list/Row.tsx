import { useQuery } from "@tanstack/react-query";
import { useNavigate, useRouter } from "@tanstack/react-router";
import { type MouseEvent, memo, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { type Directory, useDirectory } from "../../api/queries";
import type { Conversation } from "../../api/types";
import { useMe } from "../../app/session";
import { type Format, useFormat } from "../../i18n/format";
import { useNow } from "../../i18n/now";
import { Avatar } from "../../parts/Avatar";
import { Icon } from "../../parts/Icon";
import { Pill, tagTone } from "../../parts/Pill";
import { KindPills } from "../fields/Kind";
import { typesQuery } from "../fields/queries";
import type { ConversationType } from "../fields/types";
import { dueWords } from "./due";
import css from "./Row.module.css";
import { Snoozed } from "./Snoozed";

type T = (key: string, values?: Record<string, unknown>) => string;

/** What rows of one list have in common. Each asking for it by itself took most of the time that a row takes to be drawn, of which a scroll has little. */
export interface Around {
  view: string;
  format: Format;
  now: number;
  me: number;
  directory: Directory;
  types: ConversationType[] | undefined;
  /** Where a conversation of the view is, up to its number. */
  path: string;
  go: (number: number) => void;
  warm: (number: number) => void;
}

/** What the rows of a view have in common; warm is told of a row that will perhaps be opened. */
export function useAround(view: string, warm: (number: number) => void): Around {
  const format = useFormat();
  const now = useNow();
  const me = useMe().id;
  const directory = useDirectory();
  const types = useQuery(typesQuery).data;
  const router = useRouter();
  const navigate = useNavigate();
  return useMemo(
    () => ({
      view,
      format,
      now,
      me,
      directory,
      types,
      path: `${router.buildLocation({ to: "/view/$view", params: { view } }).publicHref}/`,
      go: (number) => void navigate({ to: "/view/$view/$number", params: { view, number: String(number) } }),
      warm,
    }),
    [view, format, now, me, directory, types, router, navigate, warm],
  );
}

interface Props {
  row: Conversation;
  around: Around;
  open: boolean;
}

/** Whether a click asks for this window: with a key or another button it is the browser's. */
function plain(e: MouseEvent): boolean {
  return e.button === 0 && !e.metaKey && !e.ctrlKey && !e.shiftKey && !e.altKey && !e.defaultPrevented;
}

/** One conversation in a list: who, since when, what, and what it needs. */
export const Row = memo(function Row({ row, around, open }: Props) {
  const { t } = useTranslation();
  const { format, now, warm } = around;
  const lastAt = row.lastAt ? Date.parse(row.lastAt) : 0;
  const name = row.customerName || row.address || t("list.no_name");
  return (
    <a
      href={around.path + row.number}
      onClick={(e) => {
        if (!plain(e)) return;
        e.preventDefault();
        around.go(row.number);
      }}
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
          {lastAt > 0 && (
            <time className={css.age} dateTime={row.lastAt ?? undefined} title={format.exact(lastAt)}>
              {format.age(lastAt, now)}
            </time>
          )}
        </span>
        <span className={`${css.subject} cut`} dir="auto" title={row.subject}>
          {row.subject || t("list.no_subject")}
        </span>
        <span className={`${css.preview} cut`}>{previewWords(t, row)}</span>
        <Pills row={row} around={around} />
      </span>
    </a>
  );
});

/** Who wrote the last message and how it begins; what was recorded by hand says what took place. */
function previewWords(t: T, row: Conversation): string {
  const said = t(`list.by_${row.previewBy}`, { channel: t(`channel.${row.channel}`), text: row.preview });
  return row.previewBy.includes("_") && row.preview ? `${said} · ${row.preview}` : said;
}

function Pills({ row, around }: { row: Conversation; around: Around }) {
  const { t } = useTranslation();
  const { view, format, now, directory } = around;
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
    (row.type || row.checks) && <KindPills key="kind" row={row} types={around.types} />,
    ...tags.slice(0, 3).map((tag) => (
      <Pill key={`tag${tag.id}`} tone={tagTone(tag.colour)}>
        {tag.name}
      </Pill>
    )),
    tags.length > 3 && <Pill key="more">{`+${tags.length - 3}`}</Pill>,
  ].filter(Boolean);
  const other = assignee && assignee.id !== around.me ? assignee : undefined;
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
