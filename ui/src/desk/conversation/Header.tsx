import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useDirectory } from "../../api/queries";
import type { Conversation, Opened } from "../../api/types";
import { useCommands } from "../../app/keys";
import { useMay, useMe } from "../../app/session";
import { useFormat } from "../../i18n/format";
import { loadWords } from "../../i18n/i18n";
import { useNow } from "../../i18n/now";
import { usePresence } from "../../live/live";
import { Avatar } from "../../parts/Avatar";
import { Icon } from "../../parts/Icon";
import { Pill, tagTone } from "../../parts/Pill";
import { KindPills } from "../fields/Kind";
import { typesQuery } from "../fields/queries";
import { dueWords } from "../list/due";
import { Snoozed } from "../list/Snoozed";
import { AssignMenu } from "./AssignMenu";
import { useChange } from "./change";
import css from "./Header.module.css";
import { MoreMenu } from "./MoreMenu";
import { SnoozeMenu } from "./SnoozeMenu";
import { TagMenu } from "./TagMenu";

const DueBar = lazy(() => Promise.all([import("./clocks/DueBar"), loadWords("clock")]).then(([m]) => m));
const ClocksSheet = lazy(() =>
  Promise.all([import("./clocks/ClocksSheet"), loadWords("clock"), loadWords("hours"), loadWords("statute")]).then(
    ([m]) => m,
  ),
);

interface Props {
  row: Conversation;
  opened: Opened | undefined;
  view: string;
  back: () => void;
  showCustomer: () => void;
}

/** What it is about, where it stands, who else is here, and what can be done with it. */
export function Header({ row, opened, view, back, showCustomer }: Props) {
  const { t } = useTranslation();
  const change = useChange();
  const mayWrite = useMay("conversation.write");
  const finished = row.status === "resolved" || row.status === "closed";

  const resolve = () => void change(row, { status: "resolved" }, t("change.resolved"));
  const reopen = () => void change(row, { status: "open" });
  useCommands(
    mayWrite && !row.trashedAt && !row.spam
      ? [
          finished
            ? {
                id: "reopen",
                label: t("conversation.reopen"),
                group: "conversation",
                keys: ["shift+e"],
                icon: "undo",
                run: reopen,
              }
            : {
                id: "resolve",
                label: t("conversation.resolve"),
                group: "conversation",
                keys: ["e"],
                icon: "check",
                run: resolve,
              },
        ]
      : [],
  );

  return (
    <header className={css.head}>
      <button type="button" className={css.back} aria-label={t("keys.back")} onClick={back}>
        <Icon name="back" />
      </button>
      <div className={css.words}>
        <Subject row={row} editable={mayWrite} />
        <Facts row={row} opened={opened} showPeople={showCustomer} />
      </div>
      <div className={css.actions}>
        {mayWrite && (
          <>
            {!finished && <SnoozeMenu row={row} />}
            <AssignMenu row={row} />
            {finished ? (
              <Button onClick={reopen}>{t("conversation.reopen")}</Button>
            ) : (
              <Button
                title={`${t("conversation.resolve")} (E)`}
                onClick={resolve}
                disabled={row.spam || Boolean(row.trashedAt)}
              >
                {t("conversation.resolve")}
              </Button>
            )}
          </>
        )}
        <MoreMenu row={row} opened={opened} view={view} />
        <button type="button" className={css.customer} aria-label={t("customer.show")} onClick={showCustomer}>
          <Icon name="person" />
        </button>
      </div>
      {row.dueFor && (
        <div className={css.bar}>
          <Suspense>
            <DueBar row={row} />
          </Suspense>
        </div>
      )}
    </header>
  );
}

function Subject({ row, editable }: { row: Conversation; editable: boolean }) {
  const { t } = useTranslation();
  const change = useChange();
  const [editing, setEditing] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const words = row.subject || t("list.no_subject");
  if (!editing) {
    return (
      <h1 className={css.subject} dir="auto">
        {editable ? (
          <button
            type="button"
            className="cut"
            dir="auto"
            title={t("conversation.edit_subject", { subject: words })}
            onClick={() => setEditing(true)}
          >
            {words}
          </button>
        ) : (
          <span className="cut" dir="auto" title={words}>
            {words}
          </span>
        )}
      </h1>
    );
  }
  const keep = () => {
    const next = field.current?.value.trim() ?? "";
    setEditing(false);
    if (next && next !== row.subject) void change(row, { subject: next });
  };
  return (
    <input
      ref={field}
      className={css.subjectField}
      aria-label={t("conversation.subject")}
      defaultValue={row.subject}
      maxLength={998}
      // biome-ignore lint/a11y/noAutofocus: the words were clicked to be edited
      autoFocus
      onFocus={(e) => e.currentTarget.select()}
      onBlur={keep}
      onKeyDown={(e) => {
        if (e.key === "Enter") keep();
        if (e.key === "Escape") setEditing(false);
      }}
    />
  );
}

interface FactsProps {
  row: Conversation;
  opened: Opened | undefined;
  showPeople: () => void;
}

function Facts({ row, opened, showPeople }: FactsProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow();
  const directory = useDirectory();
  const types = useQuery(typesQuery).data;
  const due = dueWords(t, format, row, now);
  const [why, setWhy] = useState(false);
  useCommands([
    {
      id: "clocks",
      label: t("due.why"),
      group: "conversation",
      keys: ["shift+d"],
      icon: "clock",
      run: () => setWhy(true),
    },
  ]);
  const team = directory.team(row.team);
  const inbox = directory.inbox(row.inbox);
  return (
    <div className={css.facts}>
      <span className={css.plain}>
        #{row.number} ·{" "}
        {t("conversation.channel_to", { channel: t(`channel.${row.channel}`), inbox: inbox?.name ?? "" })}
        {team && ` · ${team.name}`}
      </span>
      {opened && <Others opened={opened} show={showPeople} />}
      {due && (
        <button type="button" className={css.due} title={`${t("due.why")} (⇧D)`} onClick={() => setWhy(true)}>
          <Pill tone={due.tone}>{due.text}</Pill>
        </button>
      )}
      {why && (
        <Suspense>
          <ClocksSheet row={row} close={() => setWhy(false)} />
        </Suspense>
      )}
      {row.trashedAt ? (
        <Pill tone="late">{t("conversation.in_trash")}</Pill>
      ) : row.spam ? (
        <Pill tone="late">{t("conversation.in_spam")}</Pill>
      ) : (
        row.status !== "open" && (
          <Pill tone={row.status === "resolved" ? "ok" : "grey"}>{t(`status.${row.status}`)}</Pill>
        )
      )}
      <Snoozed row={row} now={now} />
      {row.priority !== 1 && (
        <Pill tone={row.priority === 3 ? "late" : row.priority === 2 ? "warn" : "grey"}>
          {t("conversation.priority_is", { priority: t(`priority.${row.priority}`) })}
        </Pill>
      )}
      {row.restricted && (
        <Pill>
          <Icon name="lock" size={12} />
          {t("list.restricted")}
        </Pill>
      )}
      <KindPills row={row} types={types} />
      <Tags row={row} />
      <Viewers row={row} />
    </div>
  );
}

/** Who takes part beside the customer: the first by name, all in the title and in the panel. */
function Others({ opened, show }: { opened: Opened; show: () => void }) {
  const { t } = useTranslation();
  const others = opened.participants.filter((p) => p.role !== "requester");
  const [first] = others;
  if (!first) return null;
  const name = first.name || first.address;
  const more = others.length - 1;
  return (
    <button
      type="button"
      className={css.others}
      title={others.map((p) => `${p.name || p.address} – ${t(`customer.role_${p.role}`)}`).join("\n")}
      onClick={() => {
        show();
        // The panel is drawn by then, wherever it lies.
        requestAnimationFrame(() => document.getElementById("participants")?.focus());
      }}
    >
      <Icon name="people" size={13} />
      <span className="cut">{more > 0 ? t("conversation.with_more", { name, more }) : name}</span>
    </button>
  );
}

/** So many tags stand in the head; the rest is shown when asked for. */
const mostTags = 8;

function Tags({ row }: { row: Conversation }) {
  const { t } = useTranslation();
  const [all, setAll] = useState(false);
  const mayWrite = useMay("conversation.write");
  const directory = useDirectory();
  const on = row.tags.map((id) => directory.tag(id)).filter((tag) => tag !== undefined);
  return (
    <>
      {(all ? on : on.slice(0, mostTags)).map((tag) => (
        <Pill key={tag.id} tone={tagTone(tag.colour)}>
          {tag.name}
        </Pill>
      ))}
      {on.length > mostTags && (
        <button
          type="button"
          className={css.others}
          aria-expanded={all}
          aria-label={`${t("conversation.tags")}: +${on.length - mostTags}`}
          title={on.map((tag) => tag.name).join(", ")}
          onClick={() => setAll(!all)}
        >
          {all ? "−" : `+${on.length - mostTags}`}
        </button>
      )}
      {mayWrite && directory.tags.length > 0 && <TagMenu row={row} />}
    </>
  );
}

/** Colleagues who have it open. */
function Viewers({ row }: { row: Conversation }) {
  const { t } = useTranslation();
  const me = useMe();
  const directory = useDirectory();
  const others = usePresence(row.id).filter((p) => p.agent !== me.id);
  if (others.length === 0) return null;
  const typing = others.filter((p) => p.typing);
  const told = typing.length > 0 ? typing : others;
  const first = directory.agent(told[0]?.agent)?.name ?? t("activity.former");
  const given = first.split(" ")[0];
  const words = t(typing.length > 0 ? "presence.typing" : "presence.reading", {
    count: told.length,
    name: given,
    more: told.length - 1,
  });
  return (
    <span className={css.viewers} role="status" title={others.map((p) => directory.agent(p.agent)?.name).join(", ")}>
      <Avatar name={first} seed={`agent:${told[0]?.agent}`} size={18} />
      {words}
    </span>
  );
}
