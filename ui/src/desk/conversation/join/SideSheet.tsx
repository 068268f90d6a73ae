import { useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { newKey, post } from "../../../api/client";
import type { Attachment, Opened } from "../../../api/types";
import { keepAnswer } from "../../../app/client";
import { own, store, stored } from "../../../parts/stored";
import { toast } from "../../../parts/toast";
import { ActSheet, useAttempt } from "../../ActSheet";
import { Attach } from "../../compose/Attach";
import type { EditorHandle } from "../../compose/Editor";
import { FileChips } from "../../compose/FileChips";
import { inlineUrl, isBlank, toWire } from "../../compose/html";
import { unfilled } from "../../compose/macro/placeholder";
import { type Addressed, Recipients } from "../../compose/Recipients";
import { useFiles } from "../../compose/useFiles";
import { useChange } from "../change";
import sheet from "../Sheets.module.css";
import css from "./Join.module.css";

const Editor = lazy(() => import("../../compose/Editor"));

interface Props {
  opened: Opened;
  forward: boolean;
  /** The one message to forward; all of them where it is not named. */
  message?: number;
  close: () => void;
}

/** What is written and not sent yet; it stays in this browser. */
interface Begun {
  to: Addressed;
  subject: string;
  html: string;
  files: Attachment[];
}

/** Asks somebody else by mail, or forwards: answers come back beside the conversation and never to the customer. */
export function SideSheet({ opened, forward, message, close }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const change = useChange();
  const here = opened.conversation;
  const place = own(`tellus-side-${here.id}-${forward ? (message ?? "all") : "ask"}`);
  const blank: Begun = {
    to: { to: [], cc: [], bcc: [] },
    subject: forward ? `Fwd: ${here.subject}` : here.subject,
    html: "",
    files: [],
  };
  const [begun, setBegun] = useState<Begun>(() => stored<Begun>(place, blank));
  const { to, subject, html, files: attached } = begun;
  const part = (p: Partial<Begun>) => setBegun((was) => ({ ...was, ...p }));
  const [what, setWhat] = useState<"all" | "one" | "none">(forward ? (message ? "one" : "all") : "none");
  const [along, setAlong] = useState(forward);
  const [left, setLeft] = useState<number[]>([]);
  const [away, setAway] = useState(false);
  const [key] = useState(newKey);
  const editor = useRef<EditorHandle>(null);
  const sent = useRef(false);
  const attempt = useAttempt(close);
  const files = useFiles(
    (f) => setBegun((was) => ({ ...was, files: [...was.files, f] })),
    (f) => setBegun((was) => ({ ...was, files: was.files.filter((x) => x.id !== f.id) })),
  );
  useEffect(() => {
    if (!sent.current) store(place, begun);
  }, [begun, place]);

  const said = opened.timeline.messages.filter((m) => m.kind !== "note" && m.authorKind !== "system");
  const one = message ?? said.at(-1)?.id;
  const theirs = said
    .filter((m) => what === "all" || (what === "one" && m.id === one))
    .flatMap((m) => m.attachments)
    .filter((f) => !f.held && !f.inline);

  async function take(list: File[], intoText: boolean) {
    for (const file of list) {
      const inline = intoText && /^image\/(png|jpeg|gif|webp)$/.test(file.type);
      const done = await files.add(file, inline);
      if (done && inline) editor.current?.picture(inlineUrl(done.id), file.name);
    }
  }

  async function send() {
    const made = await post<Opened>(
      `/conversations/${here.id}/sides`,
      {
        ...to,
        subject: subject.trim(),
        html: isBlank(html) ? "" : toWire(editor.current?.html() ?? html, attached),
        attachments: attached.map((f) => f.id),
        ...(what === "all" ? { forwardAll: true } : what === "one" && one ? { forward: [one] } : {}),
        ...(what !== "none" && along ? { files: true, leave: left } : {}),
      },
      key,
    );
    sent.current = true;
    store(place, undefined);
    keepAnswer(client, ["conversation", made.conversation.number], made);
    void client.invalidateQueries({ queryKey: ["conversation", here.number] });
    if (away) void change(here, { wakeOn: { event: "answered", conversation: made.conversation.id } });
    toast(t("join_sheet.side_sent", { number: made.conversation.number }));
  }

  const waits = files.uploading.some((u) => !u.problem) || unfilled(html).length > 0;
  return (
    <ActSheet
      title={t(forward ? "join_sheet.forward_title" : "join_sheet.side_title")}
      close={close}
      attempt={attempt}
      act={t("compose.send")}
      work={send}
      disabled={to.to.length === 0 || !subject.trim() || waits || (what === "none" && isBlank(html))}
    >
      <p>{t("join_sheet.side_text", { name: here.customerName || here.address })}</p>
      <Recipients value={to} change={(r) => part({ to: r })} participants={[]} open />
      <label className={sheet.field}>
        {t("compose.subject")}
        <input value={subject} required maxLength={998} onChange={(e) => part({ subject: e.target.value })} />
      </label>
      <div className={css.editor}>
        <Suspense fallback={<div className={css.editorWaits} />}>
          <Editor
            ref={editor}
            html={html}
            label={t("join_sheet.words")}
            placeholder={t("join_sheet.words")}
            note={false}
            focus={false}
            changed={(next) => part({ html: next })}
            files={(list) => void take(list, true)}
            send={() => void (attempt.busy || to.to.length === 0 || attempt.run(send))}
            tools={<Attach take={(list) => void take(list, false)} />}
          />
        </Suspense>
        <FileChips files={attached} uploading={files.uploading} remove={files.remove} />
      </div>
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
          <input type="checkbox" checked={along} onChange={(e) => setAlong(e.target.checked)} />
          {t("join_sheet.files")}
        </label>
      )}
      {what !== "none" && along && theirs.length > 0 && (
        <fieldset className={css.chosen} aria-label={t("join_sheet.files")}>
          {theirs.map((f) => (
            <label key={f.id} className={sheet.check}>
              <input
                type="checkbox"
                checked={!left.includes(f.id)}
                onChange={(e) =>
                  setLeft((all) => (e.target.checked ? all.filter((id) => id !== f.id) : [...all, f.id]))
                }
              />
              <span className="cut">{f.name}</span>
            </label>
          ))}
        </fieldset>
      )}
      <label className={sheet.check}>
        <input type="checkbox" checked={away} onChange={(e) => setAway(e.target.checked)} />
        {t("join_sheet.side_await", { number: here.number })}
      </label>
    </ActSheet>
  );
}
