import { Button } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { createPortal } from "react-dom";
import { useTranslation } from "react-i18next";
import { post } from "../../api/client";
import { Format, useFormat } from "../../i18n/format";
import { useNow } from "../../i18n/now";
import { Pill } from "../../parts/Pill";
import { Failed } from "../../parts/Trouble";
import { toast } from "../../parts/toast";
import { inWords } from "../../parts/trouble";
import { When } from "../../parts/When";
import { Bones } from "../form/Page";
import list from "../list.module.css";
import { FeedSheet } from "./FeedSheet";
import { type Feed, type FeedEvent, feedsQuery } from "./feeds";
import css from "./Hours.module.css";

/** The iCalendar feeds of a calendar, by whose clock their events are told. They are kept at once, whatever stands in the form. */
export function Feeds({ calendar, zone }: { calendar: number; zone: string }) {
  const { t } = useTranslation();
  const feeds = useQuery(feedsQuery(calendar));
  const [editing, setEditing] = useState<Feed | "new">();
  return (
    <>
      {feeds.isPending && <Bones rows={2} />}
      {feeds.error && <Failed what={t("hours.feed.failed")} error={feeds.error} retry={() => void feeds.refetch()} />}
      {feeds.data && feeds.data.length > 0 && (
        <ul className={css.feeds} aria-label={t("hours.feed.title")}>
          {feeds.data.map((f) => (
            <Row key={f.id} feed={f} zone={zone} edit={() => setEditing(f)} />
          ))}
        </ul>
      )}
      <div>
        <Button onClick={() => setEditing("new")}>{t("hours.feed.add")}…</Button>
      </div>
      {editing &&
        createPortal(
          // A form within the form of the page would be sent by the browser itself.
          <FeedSheet
            calendar={calendar}
            feed={editing === "new" ? undefined : editing}
            close={() => setEditing(undefined)}
          />,
          document.body,
        )}
    </>
  );
}

function Row({ feed: f, zone, edit }: { feed: Feed; zone: string; edit: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow();
  const client = useQueryClient();
  const moment = (at: string) => format.moment(Date.parse(at), now);
  async function look() {
    try {
      await post(`/calendars/${f.calendar}/feeds/${f.id}/look`, undefined);
      await client.invalidateQueries({ queryKey: feedsQuery(f.calendar).queryKey });
    } catch (err) {
      toast(inWords(t, err));
    }
  }
  return (
    <li className={css.feed} data-off={f.active ? undefined : true}>
      <div className={`${list.row} ${list.wrap}`}>
        <div className={list.body}>
          <div className={list.name}>
            {f.name}
            {!f.active && <Pill>{t("hours.feed.off")}</Pill>}
            {f.active && f.looking && <Pill tone="info">{t("hours.feed.looking")}</Pill>}
            {f.active && f.failedAt && <Pill tone="late">{t("hours.feed.failing")}</Pill>}
          </div>
          <div className={list.quiet}>
            {f.host} · {t(`hours.feed.${f.shuts}`)}
          </div>
          {f.readAt && (
            <div className={list.quiet}>
              {t("hours.feed.read")} <When at={f.readAt} /> · {t("hours.feed.count", { count: f.events })}
              {f.unread > 0 && ` · ${t("hours.feed.unread", { count: f.unread })}`}
              {f.cut && ` · ${t("hours.feed.cut")}`}
            </div>
          )}
          {!f.readAt && !f.failedAt && <div className={list.quiet}>{t("hours.feed.never")}</div>}
          {f.active && f.failedAt && f.failedWhy && (
            <div className={list.trouble} role="status">
              {t("hours.feed.since", {
                when: moment(f.failedAt),
                why: t(`hours.feed.why.${f.failedWhy}`, { status: f.status }),
              })}
              . {f.readAt && t("hours.feed.kept")}{" "}
              {f.nextAt && !f.looking && t("hours.feed.again", { when: moment(f.nextAt) })}
            </div>
          )}
        </div>
        <div className={list.acts}>
          {f.active && (
            <Button onClick={() => void look()} aria-label={`${t("hours.feed.look")}: ${f.name}`}>
              {t("hours.feed.look")}
            </Button>
          )}
          <Button onClick={edit} aria-label={`${t("common.edit")}: ${f.name}`}>
            {t("common.edit")}
          </Button>
        </div>
      </div>
      {f.active && f.readAt && <Coming feed={f} zone={zone} />}
    </li>
  );
}

function Coming({ feed, zone }: { feed: Feed; zone: string }) {
  const { t } = useTranslation();
  if (feed.coming.length === 0) return <p className={css.coming}>{t("hours.feed.coming_none")}</p>;
  return (
    <details className={css.coming}>
      <summary>
        {t("hours.feed.coming")}: {feed.coming[0]?.name}
        {feed.coming.length > 1 && " …"}
      </summary>
      <ul>
        {feed.coming.map((e, at) => (
          <li key={at}>
            <b>{e.name}</b> <Span event={e} zone={zone} /> {!e.shuts && <Pill>{t("hours.feed.shows")}</Pill>}
          </li>
        ))}
      </ul>
    </details>
  );
}

/** When an event is, by the calendar's clock. */
function Span({ event: e, zone }: { event: FeedEvent; zone: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const there = new Format(format.t, format.language, zone);
  const now = useNow();
  const from = Date.parse(e.from);
  const to = Date.parse(e.to);
  if (e.allDay) {
    const first = there.shortDay(from, now);
    const last = there.shortDay(to - 1, now);
    return (
      <span>
        {first === last
          ? t("hours.feed.whole_day", { day: first })
          : t("hours.feed.whole_days", { from: first, to: last })}
      </span>
    );
  }
  const end = there.nearDay(to, from) === "today" ? there.clock(to) : there.weekdayMoment(to);
  return <span>{t("hours.feed.span", { from: there.weekdayMoment(from), to: end })}</span>;
}
