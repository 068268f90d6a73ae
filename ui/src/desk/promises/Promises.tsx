import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { post } from "../../api/client";
import { type Directory, useDirectory } from "../../api/queries";
import type { Conversation } from "../../api/types";
import { useMay, useMe } from "../../app/session";
import { type Format, useFormat } from "../../i18n/format";
import { useNow } from "../../i18n/now";
import { toast } from "../../parts/toast";
import { inWords } from "../../parts/trouble";
import { PromiseSheet } from "./PromiseSheet";
import css from "./Promises.module.css";
import { type Cause, type Commitment, causes, commitmentsQuery, stillOpen } from "./queries";

type T = (key: string, values?: Record<string, unknown>) => string;

/** Says of a conversation's promises what became of them, and has them shown anew. */
export function useEnding(conversation: number) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const said = async (work: Promise<unknown>): Promise<boolean> => {
    try {
      await work;
      return true;
    } catch (err) {
      toast(inWords(t, err), { tone: "bad" });
      return false;
    } finally {
      await client.invalidateQueries({ queryKey: ["commitments"] });
    }
  };
  const reopen = (c: Commitment) => said(post(`/commitments/${c.id}/reopen`));
  const end = async (c: Commitment, kept: boolean, cause?: Cause) => {
    if (!(await said(post(`/commitments/${c.id}/end`, { kept, ...(cause && { cause }) })))) return false;
    toast(t(kept ? (c.state === "late" ? "promise.kept_late" : "promise.was_kept") : "promise.given_up"), {
      stays: 8000,
      action: { label: t("common.undo"), run: () => void reopen(c) },
    });
    return true;
  };
  const why = (c: Commitment, cause: Cause | "") =>
    said(post(`/commitments/${c.id}/end`, { kept: Boolean(c.wasKept), ...(cause && { cause }) }));
  return { end, why, reopen, conversation };
}

/** Who keeps a promise: who is named, else who has the conversation, else who made it. */
export const keeperOf = (c: Commitment, row: Conversation) => c.agent || row.assignee || c.madeBy;

/** "by you, due today 17:00", and how pressing that is. */
export function promiseWords(
  t: T,
  format: Format,
  directory: Directory,
  me: number,
  c: Commitment,
  row: Conversation,
  now: number,
) {
  const keeper = keeperOf(c, row);
  const when = format.weekdayMoment(Date.parse(c.due));
  const late = c.state === "late" || Date.parse(c.due) <= now;
  const words = { who: directory.agent(keeper)?.name ?? t("activity.former"), when };
  const text = t(`promise.${keeper === me ? "you" : "who"}_${late ? "late" : "due"}`, words);
  return { text, tone: late ? "late" : now >= Date.parse(c.soon) ? "warn" : "quiet" };
}

/** What people promised the customer, to be kept, moved or given up. */
export function Promises({ row }: { row: Conversation }) {
  const { t } = useTranslation();
  const mayWrite = useMay("conversation.write");
  const all = useQuery(commitmentsQuery(row.id)).data ?? [];
  const [making, setMaking] = useState(false);
  const open = all.filter(stillOpen);
  const over = all.filter((c) => !stillOpen(c));
  if (all.length === 0 && !mayWrite) return null;
  return (
    <section aria-label={t("promise.title")}>
      <h3>
        {t("promise.title")}
        {mayWrite && (
          <button type="button" title={`${t("promise.make")} (P)`} onClick={() => setMaking(true)}>
            {t("promise.add")}
          </button>
        )}
      </h3>
      <ul className={css.list}>
        {open.map((c) => (
          <Card key={c.id} row={row} commitment={c} />
        ))}
      </ul>
      {over.length > 0 && (
        <details className={css.over}>
          <summary>{t("promise.over", { count: over.length })}</summary>
          <ul className={css.list}>
            {over.map((c) => (
              <Ended key={c.id} row={row} commitment={c} />
            ))}
          </ul>
        </details>
      )}
      {making && <PromiseSheet row={row} close={() => setMaking(false)} />}
    </section>
  );
}

/** The open promises of a conversation, before it is resolved: each can be said to be kept. */
export function Before({ row }: { row: Conversation }) {
  const { t } = useTranslation();
  const open = (useQuery(commitmentsQuery(row.id)).data ?? []).filter(stillOpen);
  if (open.length === 0) return row.owes === "statute" ? <p>{t("promise.before_statute")}</p> : null;
  return (
    <section aria-label={t("promise.before")} className={css.before}>
      {row.owes === "statute" && <p>{t("promise.before_statute")}</p>}
      <h3>{t("promise.before")}</h3>
      <p className={css.hint}>{t("promise.before_about")}</p>
      <ul className={css.list}>
        {open.map((c) => (
          <Card key={c.id} row={row} commitment={c} />
        ))}
      </ul>
    </section>
  );
}

/** A promise that is still to be kept. */
export function Card({
  row,
  commitment: c,
  children,
}: {
  row: Conversation;
  commitment: Commitment;
  /** Where it was made, outside of that. */
  children?: ReactNode;
}) {
  const { t } = useTranslation();
  const mayWrite = useMay("conversation.write");
  const format = useFormat();
  const directory = useDirectory();
  const me = useMe().id;
  const now = useNow();
  const { end } = useEnding(row.id);
  const [editing, setEditing] = useState(false);
  const stands = promiseWords(t as T, format, directory, me, c, row, now);
  return (
    <li className={css.card}>
      <div className={css.words}>{c.words || t("promise.erased")}</div>
      <div className={css.when} data-tone={stands.tone}>
        {stands.text}
      </div>
      {children}
      {mayWrite && (
        <div className={css.acts}>
          <button type="button" className={css.act} onClick={() => void end(c, true)}>
            {t("promise.keep")}
          </button>
          <button type="button" className={css.act} onClick={() => setEditing(true)}>
            {t(stands.tone === "late" ? "promise.again" : "promise.change")}
          </button>
          <button type="button" className={css.act} onClick={() => void end(c, false)}>
            {t("promise.give_up")}
          </button>
        </div>
      )}
      {editing && <PromiseSheet row={row} commitment={c} close={() => setEditing(false)} />}
    </li>
  );
}

/** One that is over: how it ended, and why where it was not kept in time. */
function Ended({ row, commitment: c }: { row: Conversation; commitment: Commitment }) {
  const { t } = useTranslation();
  const mayWrite = useMay("conversation.write");
  const format = useFormat();
  const { why, reopen } = useEnding(row.id);
  const asks = c.state !== "kept";
  return (
    <li>
      {c.words || t("promise.erased")} ·{" "}
      {t(`promise.state_${c.state === "broken" && !c.wasKept ? "broken_up" : c.state}`, {
        when: format.weekdayMoment(Date.parse(c.endedAt ?? c.due)),
        due: format.weekdayMoment(Date.parse(c.due)),
      })}
      {asks && mayWrite && (
        <select
          className={css.cause}
          aria-label={t("promise.why")}
          value={c.cause ?? ""}
          onChange={(e) => void why(c, e.target.value as Cause | "")}
        >
          <option value="">{t("promise.why")}</option>
          {causes.map((k) => (
            <option key={k} value={k}>
              {t(`promise.cause_${k}`)}
            </option>
          ))}
        </select>
      )}
      {asks && !mayWrite && c.cause && ` · ${t(`promise.cause_${c.cause}`)}`}
      {mayWrite && (
        <button type="button" className={css.act} onClick={() => void reopen(c)}>
          {t("promise.reopen")}
        </button>
      )}
    </li>
  );
}
