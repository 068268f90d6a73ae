import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { post, put } from "../../api/client";
import { useDirectory } from "../../api/queries";
import type { Conversation } from "../../api/types";
import { useMe } from "../../app/session";
import { useFormat } from "../../i18n/format";
import { useNow } from "../../i18n/now";
import { fieldOf, fromField, instantOf, wallOf } from "../../i18n/zone";
import { DateInput } from "../../parts/DateInput";
import { ActSheet, useAttempt } from "../ActSheet";
import { notice } from "./notice";
import css from "./Promises.module.css";
import type { Commitment } from "./queries";

interface Props {
  row: Conversation;
  close: () => void;
  /** The one that is changed; a new one where it is absent. */
  commitment?: Commitment;
  /** What was marked, and in which message. */
  words?: string;
  message?: number;
}

/** Times that are promised most: in an hour, at the end of today, tomorrow at noon, in a week. */
function likely(now: number, zone: string): { key: string; at: number }[] {
  const w = wallOf(now, zone);
  const on = (days: number, hour: number) => instantOf({ ...w, day: w.day + days, hour, minute: 0 }, zone);
  const minute = 60_000;
  return [
    { key: "hour", at: Math.ceil((now + 60 * minute) / (5 * minute)) * 5 * minute },
    { key: "today", at: on(0, 17) },
    { key: "tomorrow", at: on(1, 12) },
    { key: "week", at: on(7, 17) },
  ].filter((s) => s.at > now);
}

/** Makes a promise, or another of one: what, until when, and who keeps it. */
export function PromiseSheet({ row, close, commitment, words: marked, message }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const format = useFormat();
  const directory = useDirectory();
  const me = useMe();
  const now = useNow();
  const zone = me.timeZone;
  const late = commitment && Date.parse(commitment.due) <= Date.now();
  const [words, setWords] = useState(commitment?.words ?? marked ?? "");
  const [own, setOwn] = useState(commitment && !late ? fieldOf(Date.parse(commitment.due), zone) : "");
  const [touched, setTouched] = useState(Boolean(commitment));
  const [agent, setAgent] = useState(commitment?.agent ?? 0);
  const attempt = useAttempt(close);
  // What is typed may say until when: that is taken until somebody chooses.
  useEffect(() => {
    if (touched || words.trim() === "") return undefined;
    const wait = setTimeout(() => {
      void notice(words, row.id).then((found) => {
        const first = found[0];
        if (first) setOwn(fieldOf(Date.parse(first.due), zone));
      });
    }, 250);
    return () => clearTimeout(wait);
  }, [words, touched, row.id, zone]);
  const due = fromField(own, zone);
  const choose = (at: number) => {
    setTouched(true);
    setOwn(fieldOf(at, zone));
  };
  const holder = row.assignee;
  async function keep() {
    // A field of minutes does not move a time to the minute.
    const same = commitment && due !== undefined && fieldOf(Date.parse(commitment.due), zone) === own;
    const body = {
      words: words.trim(),
      due: same ? commitment.due : new Date(due ?? 0).toISOString(),
      ...(agent && { agent }),
    };
    if (commitment) await put(`/commitments/${commitment.id}`, { ...body, version: commitment.version });
    else await post(`/conversations/${row.id}/commitments`, { ...body, ...(message && { message }) });
    await client.invalidateQueries({ queryKey: ["commitments"] });
  }
  return (
    <ActSheet
      title={t(commitment ? (late ? "promise.again" : "promise.change") : "promise.make")}
      close={close}
      attempt={attempt}
      act={t("common.save")}
      work={keep}
      disabled={words.trim() === "" || !due || due <= now}
    >
      {late && <p className={css.hint}>{t("promise.again_about")}</p>}
      <label className={css.field}>
        <span>{t("promise.what")}</span>
        <textarea
          className={css.input}
          maxLength={500}
          value={words}
          data-autofocus
          placeholder={t("promise.what_hint")}
          onChange={(e) => setWords(e.target.value)}
          onKeyDown={(e) => {
            if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) e.currentTarget.form?.requestSubmit();
          }}
        />
      </label>
      <fieldset className={css.field}>
        <legend>{t("promise.due")}</legend>
        <div className={css.times}>
          {likely(now, zone).map((s) => (
            <button
              key={s.key}
              type="button"
              className={css.time}
              aria-pressed={own === fieldOf(s.at, zone)}
              onClick={() => choose(s.at)}
            >
              {t(`promise.in_${s.key}`, { when: format.weekdayMoment(s.at) })}
            </button>
          ))}
        </div>
        <DateInput
          time
          className={css.input}
          label={t("promise.due_own")}
          value={own}
          min={fieldOf(now, zone)}
          change={(v) => {
            setTouched(true);
            setOwn(v);
          }}
        />
        {due && <span className={css.hint}>{format.weekdayMoment(due)}</span>}
      </fieldset>
      <label className={css.field}>
        <span>{t("promise.keeper")}</span>
        <select className={css.input} value={agent} onChange={(e) => setAgent(Number(e.target.value))}>
          <option value={0}>
            {holder
              ? t("promise.holder_now", {
                  name: holder === me.id ? t("promise.you") : (directory.agent(holder)?.name ?? ""),
                })
              : t("promise.holder")}
          </option>
          {directory.agents
            .filter((a) => a.active)
            .map((a) => (
              <option key={a.id} value={a.id}>
                {a.name}
              </option>
            ))}
        </select>
      </label>
    </ActSheet>
  );
}
