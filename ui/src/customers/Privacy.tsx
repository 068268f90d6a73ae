import { Button } from "@mantine/core";
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { post } from "../api/client";
import { useDirectory } from "../api/queries";
import type { Customer } from "../api/types";
import { useMe } from "../app/session";
import { ActSheet, useAttempt } from "../desk/ActSheet";
import { useFormat } from "../i18n/format";
import { toast } from "../parts/toast";
import { When } from "../parts/When";
import css from "./Customers.module.css";
import { type ErasurePreview, erasureQuery, type Hold, type PrivacyTask, tasksQuery } from "./privacy";

/** What is owed to a customer as a person: all that is held on him as a file, erasure, and holds that forbid it. */
export default function Privacy({ customer }: { customer: Customer }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const preview = useQuery(erasureQuery(customer.id)).data;
  const tasks = useInfiniteQuery(tasksQuery(customer.id)).data?.pages.flatMap((p) => p.items) ?? [];
  const [sheet, setSheet] = useState<"hold" | "erase" | "">("");
  const attempt = useAttempt(() => undefined);
  const again = () => client.invalidateQueries({ queryKey: ["privacy"] });
  const writing = tasks.some((task) => task.kind === "export" && task.state === "running");
  return (
    <>
      <h2>{t("privacy.title")}</h2>
      {preview?.holds.map((hold) => (
        <Held key={hold.id} hold={hold} again={again} />
      ))}
      <div className={css.fields}>
        <Button
          loading={attempt.busy || writing}
          onClick={() =>
            void attempt.run(async () => {
              await post(`/customers/${customer.id}/export`);
              await again();
            })
          }
        >
          {t("privacy.export")}
        </Button>
        <Button onClick={() => setSheet("hold")}>{t("privacy.hold")}</Button>
        <Button
          color="var(--late)"
          variant="outline"
          disabled={!preview || preview.holds.length > 0}
          onClick={() => setSheet("erase")}
        >
          {t("privacy.erase")}
        </Button>
      </div>
      {attempt.problem && (
        <p role="alert" className={css.problem}>
          {attempt.problem}
        </p>
      )}
      {tasks.length > 0 && (
        <ul className={css.plain}>
          {tasks.map((task) => (
            <li key={task.id}>
              <TaskLine task={task} />
            </li>
          ))}
        </ul>
      )}
      {sheet === "hold" && (
        <HoldSheet about={{ customer: customer.id }} name={customer.name} close={() => setSheet("")} done={again} />
      )}
      {sheet === "erase" && preview && (
        <EraseSheet customer={customer} preview={preview} close={() => setSheet("")} done={again} />
      )}
    </>
  );
}

/** A hold that stands, with its end. */
function Held({ hold, again }: { hold: Hold; again: () => Promise<unknown> }) {
  const { t } = useTranslation();
  const attempt = useAttempt(() => undefined);
  const who = useDirectory().agent(hold.agent)?.name ?? "";
  return (
    <div className={css.held} role="note">
      <b>{t(hold.conversation ? "privacy.held_conversation" : "privacy.held")}</b>
      <p>{hold.reason}</p>
      <p className={css.quiet}>
        {who} · <When at={hold.createdAt} />{" "}
        <button
          type="button"
          disabled={attempt.busy}
          onClick={() =>
            void attempt.run(async () => {
              await post(`/privacy/holds/${hold.id}/end`);
              await again();
            })
          }
        >
          {t("privacy.end_hold")}
        </button>
      </p>
      {attempt.problem && (
        <p role="alert" className={css.problem}>
          {attempt.problem}
        </p>
      )}
    </div>
  );
}

/** An export or an erasure: who asked for it, when, and the file while it is kept. */
export function TaskLine({ task }: { task: PrivacyTask }) {
  const { t } = useTranslation();
  const me = useMe();
  const format = useFormat();
  const who = useDirectory().agent(task.agent)?.name ?? t("activity.system");
  const mine = task.agent === me.id;
  return (
    <>
      {t(`privacy.${task.kind}_${task.state}`)} · <span className={css.quiet}>{who}</span> ·{" "}
      <When at={task.createdAt} />
      {task.kind === "erase" && (
        <span className={css.quiet}>
          {" "}
          · {t("privacy.counted", { conversations: task.figures.conversations, messages: task.figures.messages })}
        </span>
      )}
      {task.kind === "export" && task.state === "done" && mine && (
        <>
          {" · "}
          <a href={`/api/v1/privacy/tasks/${task.id}/file`} download>
            {t("privacy.download", { size: format.size(task.size ?? 0) })}
          </a>{" "}
          <span className={css.quiet}>
            {t("privacy.until")} <When at={task.expiresAt ?? task.createdAt} />
          </span>
        </>
      )}
    </>
  );
}

interface HoldProps {
  about: { customer: number } | { conversation: number };
  name: string;
  close: () => void;
  done: () => Promise<unknown>;
}

/** Asks why something is kept. */
export function HoldSheet({ about, name, close, done }: HoldProps) {
  const { t } = useTranslation();
  const attempt = useAttempt(close);
  const [reason, setReason] = useState("");
  async function hold() {
    await post("/privacy/holds", { ...about, reason });
    await done();
  }
  return (
    <ActSheet
      title={t("privacy.hold_title", { name })}
      close={close}
      attempt={attempt}
      act={t("privacy.hold")}
      work={hold}
      disabled={reason.trim() === ""}
    >
      <p>{t("privacy.hold_text")}</p>
      <label className={css.form}>
        {t("privacy.reason")}
        <textarea rows={3} value={reason} maxLength={500} onChange={(e) => setReason(e.target.value)} />
      </label>
    </ActSheet>
  );
}

interface EraseProps {
  customer: Customer;
  preview: ErasurePreview;
  close: () => void;
  done: () => Promise<unknown>;
}

/** Shows what goes and what stays, and has the name typed: this cannot be undone. */
function EraseSheet({ customer, preview, close, done }: EraseProps) {
  const { t } = useTranslation();
  const attempt = useAttempt(close);
  const [typed, setTyped] = useState("");
  const f = preview.figures;
  const counts = (["conversations", "messages", "files", "addresses", "elsewhere", "aside"] as const).filter(
    (k) => f[k] > 0,
  );
  async function erase() {
    await post(`/customers/${customer.id}/erasure`, { typed });
    await done();
    toast(t("privacy.erase_begun"));
  }
  return (
    <ActSheet
      title={t("privacy.erase_title", { name: customer.name || `#${customer.id}` })}
      close={close}
      attempt={attempt}
      act={t("privacy.erase_do")}
      work={erase}
      disabled={typed.trim() !== preview.type.trim()}
      danger
    >
      <p>{t("privacy.erase_text")}</p>
      <ul className={css.plain}>
        {counts.map((k) => (
          <li key={k}>
            {t(`privacy.count_${k}`)}: <b>{f[k]}</b>
          </li>
        ))}
      </ul>
      {f.unfinished > 0 && <p>{t("privacy.unfinished", { count: f.unfinished })}</p>}
      {f.hidden > 0 && <p>{t("privacy.hidden", { count: f.hidden })}</p>}
      <p className={css.quiet}>{t("privacy.stays")}</p>
      <label className={css.form}>
        {t("privacy.type", { name: preview.type })}
        <input value={typed} autoComplete="off" onChange={(e) => setTyped(e.target.value)} />
      </label>
    </ActSheet>
  );
}
