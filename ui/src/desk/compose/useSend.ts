import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useCallback, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { useTranslation } from "react-i18next";
import { newKey, post } from "../../api/client";
import { isProblem } from "../../api/problem";
import type { FieldValues, Message, Opened, ReplyBody, TakenBack } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { toast } from "../../parts/toast";
import { inWords } from "../../parts/trouble";
import { askForMissing, lacks } from "../fields/ask";
import { keepForLater } from "../outbox";
import type { Promised } from "../promises/along";
import { beginSending } from "../sending";
import { toWire } from "./html";
import { type Armed, fieldsOf, withFields } from "./macro/useArmed";
import { recall } from "./recall";
import { type Away, type Composed, newestIncoming } from "./state";

/** When a mail is sent, for how long its conversation is out of sight then, and whose draft it is. */
export type Timing = Pick<ReplyBody, "sendAt" | "snooze" | "await" | "wakeOn" | "draftOf">;

/** How long a mail can be taken back where the server does not say. */
const usualUndo = 8000;

/** Milliseconds until the server hands a queued mail over. */
export function undoTime(m: Message, now: number): number {
  const times = (m.deliveries ?? [])
    .map((d) => (d.nextTryAt ? Date.parse(d.nextTryAt) - now : Number.NaN))
    .filter((n) => !Number.isNaN(n));
  return times.length > 0 ? Math.min(...times) : usualUndo;
}

/** Puts a message that was just sent into its conversation. */
export function show(client: QueryClient, number: number, m: Message) {
  client.setQueryData<Opened>(["conversation", number], (o) => {
    if (!o || o.timeline.messages.some((x) => x.id === m.id)) return o;
    return { ...o, timeline: { ...o.timeline, messages: [...o.timeline.messages, m] } };
  });
  void client.invalidateQueries({ queryKey: ["conversation", number] });
}

/** What goes together with an answer or a note. */
type Along = Partial<Armed> & { commitments?: Promised[] };

/** Sends what the composer holds; `missed` are messages that held it back. What was refused is handed back: the next may be begun already. */
export function useSend(
  opened: Opened,
  c: Composed,
  sent: (serverDropped: boolean, gone: Away) => void,
  refused: (stayed: Away) => void = () => undefined,
  along: (resolve: boolean) => Along = () => ({}),
) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const format = useFormat();
  const [away, setAway] = useState<Away>();
  const [missed, setMissed] = useState<Message[]>([]);
  // One key per attempt at the same words: a repeated press sends once.
  const key = useRef("");
  const { id, number } = opened.conversation;

  const undo = useCallback(
    async (m: Message) => {
      try {
        const draft = await post<TakenBack>(`/messages/${m.id}/cancel`);
        if (draft.noteStays) toast(t("compose.note_stays"));
        if (draft.actionsStay) toast(t("compose.actions_stay"));
        await client.invalidateQueries({ queryKey: ["conversation", number] });
        recall(id, { html: draft.body.html, note: false, recipients: draft.body, files: draft.files });
      } catch (err) {
        toast(isProblem(err) && err.status !== 0 ? t("compose.too_late") : inWords(t, err), { tone: "bad" });
        void client.invalidateQueries({ queryKey: ["conversation", number] });
      }
    },
    [client, id, number, t],
  );

  async function send(
    html: string,
    mentions: number[],
    then: ReplyBody["then"] | "note",
    anyway = false,
    timing: Timing = {},
    filled: FieldValues = {},
    asked = false,
  ): Promise<boolean> {
    let went = false;
    const ask = () =>
      askForMissing({
        row: opened.conversation,
        sends: true,
        set: fieldsOf(along(true)),
        resolve: (more) => send(html, mentions, then, anyway, timing, { ...filled, ...more.fields }, true),
      });
    if (then === "resolve" && opened.conversation.owes && !asked) {
      ask(); // resolving does not end what is promised: it is shown before
      return false;
    }
    key.current ||= newKey();
    const attachments = c.files.map((f) => f.id);
    const words = toWire(html, c.files);
    const note = then === "note";
    const goes = { note, html, from: c };
    setAway(goes);
    const body = note
      ? { html: words, mentions, attachments, ...along(false) }
      : {
          html: words,
          to: c.to,
          cc: c.cc,
          bcc: c.bcc,
          attachments,
          seen: c.seen || newestIncoming(opened),
          then,
          quote: true,
          ...timing,
          ...withFields(along(then === "resolve"), filled),
          ...(anyway ? { anyway } : {}),
        };
    const kind = note ? "notes" : "replies";
    const after = opened.timeline.messages.reduce((max, m) => Math.max(max, m.id), 0);
    const over = beginSending({ conversation: id, kind, after });
    try {
      const m = await post<Message>(`/conversations/${id}/${kind}`, body, key.current);
      key.current = "";
      setMissed([]);
      went = true;
      // What was written is out of sight before the message is in sight: nobody sees it twice, not for a frame.
      flushSync(() => {
        sent(!note, goes);
        over();
      });
      show(client, number, m);
      if (!note) {
        const stays = timing.sendAt ? 10_000 : undoTime(m, Date.now());
        if (timing.sendAt)
          toast(t("compose.scheduled", { when: format.weekdayMoment(Date.parse(timing.sendAt)) }), {
            stays,
            action: { label: t("common.undo"), run: () => void undo(m) },
          });
        else if (stays > 1000)
          toast(t(then === "resolve" ? "compose.sending_resolved" : "compose.sending"), {
            stays,
            action: { label: t("common.undo"), run: () => void undo(m) },
          });
        else toast(t("compose.sent"));
      }
    } catch (err) {
      if (!isProblem(err, "offline")) refused(goes);
      if (isProblem(err, "newer_message")) {
        key.current = ""; // sent anyway it is another request
        setMissed((err.details as { messages?: Message[] } | undefined)?.messages ?? []);
        void client.invalidateQueries({ queryKey: ["conversation", number] });
      } else if (isProblem(err, "offline")) {
        const unsent = { key: key.current, conversation: id, number, kind, after } as const;
        flushSync(() => {
          keepForLater({ ...unsent, body: body as never, at: new Date().toISOString() });
          sent(false, goes);
        });
        key.current = "";
        toast(t("compose.kept_offline"));
      } else if (then === "resolve" && lacks(err)) {
        key.current = ""; // with what was missing it is another request
        ask();
      } else {
        key.current = "";
        toast(inWords(t, err), { tone: "bad" });
      }
    }
    over();
    setAway(undefined);
    return went;
  }

  return { send, away, missed, forget: useCallback(() => setMissed([]), []) };
}
