import { useQuery, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { newKey, post } from "../../../api/client";
import { draftsQuery } from "../../../api/queries";
import type { Draft, DraftBody, Message, Opened } from "../../../api/types";
import { keepAnswer } from "../../../app/client";
import { own } from "../../../parts/stored";
import { toast } from "../../../parts/toast";
import { When } from "../../../parts/When";
import { ActSheet, useAttempt } from "../../ActSheet";
import { Attach } from "../../compose/Attach";
import type { EditorHandle } from "../../compose/Editor";
import { FileChips } from "../../compose/FileChips";
import { fromWire, inlineUrl, isBlank, toWire } from "../../compose/html";
import { unfilled } from "../../compose/macro/placeholder";
import { Recipients } from "../../compose/Recipients";
import { useFiles } from "../../compose/useFiles";
import { leftHere, useNewDraft, type Written } from "../../compose/useNewDraft";
import { useChange } from "../change";
import type { Body } from "../MessageView";
import sheet from "../Sheets.module.css";
import css from "./Join.module.css";

const Editor = lazy(() => import("../../compose/Editor"));

export type BodyView = typeof Body;

interface Props {
  opened: Opened;
  body: BodyView;
  forward: boolean;
  /** The one message to forward; all of them where it is not named. */
  message?: number;
  close: () => void;
}

/**
 * Asks somebody else by mail, or forwards: answers come back beside the conversation and never to the customer. What was begun, here or in another browser, goes on.
 */
export function SideSheet(props: Props) {
  const { opened, forward, message } = props;
  const drafts = useQuery({ ...draftsQuery, staleTime: 0 });
  const place = own(`tellus-side-${opened.conversation.id}-${forward ? (message ?? "all") : "ask"}`);
  const [here] = useState(() => leftHere(place));
  const [there, setThere] = useState<Draft>();
  const [known, setKnown] = useState(false);
  if (!known && !drafts.isPending) {
    const mode = forward ? "forward" : "side";
    setThere(
      drafts.data?.find(
        (d) => d.number === opened.conversation.number && d.body.mode === mode && d.body.forward === message,
      ),
    );
    setKnown(true);
  }
  if (!here && !known) return null;
  return <Sheet {...props} place={place} here={here?.body ? here : undefined} there={there} />;
}

/** What a mail beside a conversation holds beyond its subject, which is there from the beginning. */
const nothing = ({ body, files }: Written) =>
  isBlank(body.html) && files.length === 0 && body.to.length + body.cc.length + body.bcc.length === 0;

interface SheetProps extends Props {
  place: string;
  here: (Written & { id?: number }) | undefined;
  there: Draft | undefined;
}

function Sheet({ opened, body: View, forward, message, close, place, here: begunHere, there }: SheetProps) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const change = useChange();
  const here = opened.conversation;
  const [first] = useState<Written & { id?: number }>(() => {
    if (begunHere) return begunHere;
    if (there)
      return {
        id: there.id,
        body: { ...there.body, html: fromWire(there.body.html, there.files) },
        files: there.files,
      };
    return {
      body: {
        mode: forward ? "forward" : "side",
        beside: here.id,
        ...(message ? { forward: message } : {}),
        to: [],
        cc: [],
        bcc: [],
        subject: forward ? `Fwd: ${here.subject}` : here.subject,
        html: "",
        attachments: [],
      },
      files: [],
    };
  });
  const [begun, setBegun] = useState<Written>({ body: first.body, files: first.files });
  const { kept, keep, drop } = useNewDraft(first.id ?? 0, undefined, { place, blank: nothing });
  const { body, files: attached } = begun;
  const { html } = body;
  const to = { to: body.to, cc: body.cc, bcc: body.bcc };
  const subject = body.subject ?? "";
  const part = (p: Partial<DraftBody>) => setBegun((was) => ({ ...was, body: { ...was.body, ...p } }));
  const [what, setWhat] = useState<"all" | "one" | "none">(forward ? (message ? "one" : "all") : "none");
  const [along, setAlong] = useState(forward);
  const [left, setLeft] = useState<number[]>([]);
  const [away, setAway] = useState(false);
  const [key] = useState(newKey);
  const editor = useRef<EditorHandle>(null);
  const untouched = useRef(begun);
  const attempt = useAttempt(close);
  const files = useFiles(
    (f) => setBegun((was) => ({ ...was, files: [...was.files, f] })),
    (f) => setBegun((was) => ({ ...was, files: was.files.filter((x) => x.id !== f.id) })),
  );
  useEffect(() => {
    if (begun === untouched.current) return;
    untouched.current = begun;
    keep(begun);
  }, [begun, keep]);

  const said = opened.timeline.messages.filter((m) => m.kind !== "note" && m.authorKind !== "system");
  const one = message ?? said.at(-1)?.id;
  const goes = said.filter((m) => what === "all" || (what === "one" && m.id === one));
  const theirs = goes.flatMap((m) => m.attachments).filter((f) => !f.held && !f.inline);

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
    drop();
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
      <Recipients value={to} change={(r) => part(r)} participants={[]} open />
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
      <p className={css.kept} role="status">
        {kept && t(`compose.kept_${kept}`)}
      </p>
      <label className={sheet.field}>
        {t("join_sheet.history")}
        <select value={what} onChange={(e) => setWhat(e.target.value as typeof what)}>
          {!forward && <option value="none">{t("join_sheet.history_none")}</option>}
          <option value="one">{t(message ? "join_sheet.history_this" : "join_sheet.history_last")}</option>
          <option value="all">{t("join_sheet.history_all")}</option>
        </select>
      </label>
      {goes.length > 0 && <Along messages={goes} body={View} />}
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

/** The messages that go along, as they look: who gets them sees their pictures too. */
function Along({ messages, body: View }: { messages: Message[]; body: BodyView }) {
  const { t } = useTranslation();
  const [shown, setShown] = useState(false);
  return (
    <details className={css.along} onToggle={(e) => setShown(e.currentTarget.open)}>
      <summary>{t("join_sheet.along", { count: messages.length })}</summary>
      {shown &&
        messages.map((m) => (
          <article key={m.id}>
            <header>
              <b>{m.from.name || m.from.address}</b> <When at={m.at} />
            </header>
            <View m={m} remote={false} />
          </article>
        ))}
    </details>
  );
}
