import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { newKey, post } from "../../../api/client";
import type { Opened } from "../../../api/types";
import { keepAnswer } from "../../../app/client";
import { toast } from "../../../parts/toast";
import { ActSheet, useAttempt } from "../../ActSheet";
import { toHtml } from "../../compose/html";
import { type Addressed, Recipients } from "../../compose/Recipients";
import sheet from "../Sheets.module.css";

interface Props {
  opened: Opened;
  forward: boolean;
  /** The one message to forward; all of them where it is not named. */
  message?: number;
  close: () => void;
}

/** Asks somebody else by mail, or forwards: answers come back beside the conversation and never to the customer. */
export function SideSheet({ opened, forward, message, close }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const here = opened.conversation;
  const [to, setTo] = useState<Addressed>({ to: [], cc: [], bcc: [] });
  const [subject, setSubject] = useState(forward ? `Fwd: ${here.subject}` : here.subject);
  const [words, setWords] = useState("");
  const [what, setWhat] = useState<"all" | "one" | "none">(forward ? (message ? "one" : "all") : "none");
  const [files, setFiles] = useState(forward);
  const [key] = useState(newKey);
  const attempt = useAttempt(close);
  const said = opened.timeline.messages.filter((m) => m.kind !== "note" && m.authorKind !== "system");
  const one = message ?? said.at(-1)?.id;

  async function send() {
    const made = await post<Opened>(
      `/conversations/${here.id}/sides`,
      {
        ...to,
        subject: subject.trim(),
        html: toHtml(words),
        attachments: [],
        ...(what === "all" ? { forwardAll: true, files } : {}),
        ...(what === "one" && one ? { forward: [one], files } : {}),
      },
      key,
    );
    keepAnswer(client, ["conversation", made.conversation.number], made);
    void client.invalidateQueries({ queryKey: ["conversation", here.number] });
    toast(t("join_sheet.side_sent", { number: made.conversation.number }));
  }

  return (
    <ActSheet
      title={t(forward ? "join_sheet.forward_title" : "join_sheet.side_title")}
      close={close}
      attempt={attempt}
      act={t("compose.send")}
      work={send}
      disabled={to.to.length === 0 || !subject.trim() || (what === "none" && !words.trim())}
    >
      <p>{t("join_sheet.side_text", { name: here.customerName || here.address })}</p>
      <Recipients value={to} change={setTo} participants={[]} open />
      <label className={sheet.field}>
        {t("compose.subject")}
        <input value={subject} required maxLength={998} onChange={(e) => setSubject(e.target.value)} />
      </label>
      <label className={sheet.field}>
        {t("join_sheet.words")}
        <textarea rows={6} value={words} onChange={(e) => setWords(e.target.value)} />
      </label>
      <label className={sheet.field}>
        {t("join_sheet.history")}
        <select value={what} onChange={(e) => setWhat(e.target.value as typeof what)}>
          {!forward && <option value="none">{t("join_sheet.history_none")}</option>}
          <option value="one">{t(message ? "join_sheet.history_this" : "join_sheet.history_last")}</option>
          <option value="all">{t("join_sheet.history_all")}</option>
        </select>
      </label>
      {what !== "none" && (
        <label className={sheet.check}>
          <input type="checkbox" checked={files} onChange={(e) => setFiles(e.target.checked)} />
          {t("join_sheet.files")}
        </label>
      )}
    </ActSheet>
  );
}
