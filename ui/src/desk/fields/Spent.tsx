import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { del, post, put } from "../../api/client";
import { useDirectory } from "../../api/queries";
import type { Conversation } from "../../api/types";
import { useMay, useMe } from "../../app/session";
import { dateText } from "../../i18n/dateText";
import { DateInput } from "../../parts/DateInput";
import { Icon } from "../../parts/Icon";
import { toast } from "../../parts/toast";
import { inWords } from "../../parts/trouble";
import { useCounted } from "./clock";
import css from "./fields.module.css";
import { timerQuery, workQuery } from "./queries";
import type { TimeEntry, Timer } from "./types";
import { readSpan, spanText } from "./values";

/** Time that was spent on a conversation: typed, or by the one timer that each agent has. */
export function Spent({ row }: { row: Conversation }) {
  const { t } = useTranslation();
  const mayWrite = useMay("conversation.write");
  const [adding, setAdding] = useState(false);
  const add = useRef<HTMLButtonElement>(null);
  function added() {
    setAdding(false);
    add.current?.focus({ preventScroll: true }); // what was in the form is gone
  }
  const [editing, setEditing] = useState(0);
  const entries = useQuery({ ...workQuery(row.id), enabled: (row.spent ?? 0) > 0 }).data ?? [];
  if (!mayWrite && !row.spent) return null;
  return (
    <section aria-label={t("field.time")}>
      <h3>
        {t("field.time")}
        {row.spent ? <span className={css.quiet}>&nbsp;· {spanText(row.spent)}</span> : null}
        {mayWrite && (
          <button ref={add} type="button" aria-expanded={adding} onClick={() => setAdding(!adding)}>
            {t(adding ? "common.close" : "field.add_time")}
          </button>
        )}
      </h3>
      {mayWrite && <Clock row={row} />}
      {adding && <Entry row={row} done={added} />}
      <ul className={css.list}>
        {row.spent
          ? entries.map((e) =>
              editing === e.id ? (
                <li key={e.id}>
                  <Entry row={row} entry={e} done={() => setEditing(0)} />
                </li>
              ) : (
                <Line key={e.id} row={row} entry={e} edit={() => setEditing(e.id)} />
              ),
            )
          : null}
      </ul>
    </section>
  );
}

function useRenewed(row: Conversation) {
  const client = useQueryClient();
  const { t } = useTranslation();
  return (work: Promise<unknown>) =>
    work.then(
      () => client.invalidateQueries({ queryKey: workQuery(row.id).queryKey }).then(() => true),
      (err) => {
        toast(inWords(t, err), { tone: "bad" });
        return false;
      },
    );
}

function Line({ row, entry: e, edit }: { row: Conversation; entry: TimeEntry; edit: () => void }) {
  const { t, i18n } = useTranslation();
  const directory = useDirectory();
  const me = useMe().id;
  const others = useMay("conversation.see_all");
  const renewed = useRenewed(row);
  const remove = () =>
    void renewed(del(`/work/${e.id}`)).then((gone) => {
      if (gone)
        toast(t("field.time_gone"), {
          stays: 8000,
          action: { label: t("common.undo"), run: () => void renewed(post(`/work/${e.id}/restore`)) },
        });
    });
  return (
    <li className={css.entry}>
      <span>
        <b>{spanText(e.seconds)}</b>{" "}
        <span className={css.quiet}>
          {directory.agent(e.agent)?.name} · {dateText(e.day, i18n.language)}
        </span>{" "}
        {e.note}
      </span>
      {(e.agent === me || others) && (
        <>
          <button type="button" className={css.bare} aria-label={t("common.edit")} onClick={edit}>
            <Icon name="pencil" size={13} />
          </button>
          <button type="button" className={css.bare} aria-label={t("field.remove_time")} onClick={remove}>
            <Icon name="close" size={13} />
          </button>
        </>
      )}
    </li>
  );
}

const today = () => {
  const d = new Date();
  return `${d.getFullYear()}-${String(d.getMonth() + 1).padStart(2, "0")}-${String(d.getDate()).padStart(2, "0")}`;
};

function Entry({ row, entry, done }: { row: Conversation; entry?: TimeEntry; done: () => void }) {
  const { t } = useTranslation();
  const renewed = useRenewed(row);
  const [span, setSpan] = useState(entry ? spanText(entry.seconds) : "");
  const [day, setDay] = useState(entry?.day ?? today());
  const [note, setNote] = useState(entry?.note ?? "");
  const [wrong, setWrong] = useState(false);
  const keep = async () => {
    const seconds = readSpan(span);
    setWrong(seconds === undefined);
    if (seconds === undefined) return;
    const body = { seconds, day, note };
    const kept = await renewed(
      entry
        ? put(`/work/${entry.id}`, { ...body, version: entry.version })
        : post(`/conversations/${row.id}/work`, body),
    );
    if (kept) done();
  };
  return (
    <form
      className={css.row}
      onSubmit={(e) => {
        e.preventDefault();
        void keep();
      }}
    >
      <input
        className={css.input}
        aria-label={t("field.span")}
        aria-invalid={wrong || undefined}
        placeholder="1h 15m"
        value={span}
        // biome-ignore lint/a11y/noAutofocus: the form was opened to type it
        autoFocus
        onChange={(e) => setSpan(e.target.value)}
      />
      <DateInput className={css.input} label={t("field.day")} value={day} change={setDay} />
      <input
        className={css.input}
        aria-label={t("field.note")}
        placeholder={t("field.note")}
        value={note}
        maxLength={500}
        onChange={(e) => setNote(e.target.value)}
      />
      <button type="submit" className={css.act}>
        {t("common.save")}
      </button>
      {wrong && (
        <span role="alert" className={css.wrong}>
          {t("field.wrong_span")}
        </span>
      )}
    </form>
  );
}

function Clock({ row }: { row: Conversation }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const timer = useQuery(timerQuery).data;
  const renewed = useRenewed(row);
  const here = timer?.conversation === row.id ? timer : undefined;
  const running = Boolean(here?.since);
  const { clock } = useCounted(here);
  const set = (action: "start" | "pause" | "stop" | "drop") =>
    void renewed(
      post<{ timer?: Timer }>("/timer", { action, conversation: action === "start" ? row.id : undefined }).then((b) => {
        client.setQueryData(timerQuery.queryKey, b.timer ?? null);
      }),
    );
  return (
    <div className={css.timer}>
      {here && (
        <span role="timer" className={running ? css.running : css.quiet}>
          {clock}
        </span>
      )}
      {running ? (
        <button type="button" className={css.act} onClick={() => set("pause")}>
          {t("field.pause")}
        </button>
      ) : (
        <button type="button" className={css.act} onClick={() => set("start")}>
          {t(here ? "field.go_on" : "field.start_timer")}
        </button>
      )}
      {here && (
        <button type="button" className={css.act} onClick={() => set("stop")}>
          {t("field.stop")}
        </button>
      )}
      {timer && !here && <span className={css.quiet}>{t("field.timer_elsewhere", { number: timer.number })}</span>}
    </div>
  );
}
