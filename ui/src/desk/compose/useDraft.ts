import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { del, put } from "../../api/client";
import type { Draft, Opened } from "../../api/types";
import { own, store, stored } from "../../parts/stored";
import { fromWire, isBlank, toWire } from "./html";
import { type Composed, empty, type Mode, newestIncoming, toDraft } from "./state";

const pause = 900;
const place = (conversation: number) => own(`tellus-draft-${conversation}`);

/** What the composer begins with: the newer of the server's and the browser's copy, else nothing. A copy that a colleague has sent since is over. */
export function restore(opened: Opened, mode: Mode, me: number): Composed {
  const id = opened.conversation.id;
  const local = stored<Composed | undefined>(place(id), undefined);
  const remote = opened.draft;
  const savedAt = remote?.savedAt ? Date.parse(remote.savedAt) : 0;
  const over =
    !remote && opened.timeline.messages.some((m) => m.writtenBy === me && Date.parse(m.at ?? "") > (local?.at ?? 0));
  if (local && !over && local.at >= savedAt - 2000 && Array.isArray(local.files))
    return { ...empty(mode, opened), ...local };
  if (!remote) return empty(mode, opened);
  return fromDraft(opened, remote);
}

/** A server's draft as the composer holds it. */
export function fromDraft(opened: Opened, draft: Draft): Composed {
  const b = draft.body;
  const mode: Mode = b.mode === "reply_all" || b.mode === "note" ? b.mode : "reply";
  const html = fromWire(b.html, draft.files);
  return {
    ...empty(mode, opened),
    mail: mode === "note" ? "" : html,
    note: mode === "note" ? html : "",
    ...(mode === "note" ? {} : { to: b.to, cc: b.cc, bcc: b.bcc }),
    files: draft.files,
    seen: newestIncoming(opened),
    at: draft.savedAt ? Date.parse(draft.savedAt) : 0,
  };
}

/** Keeps words in the browser for a conversation that is not open, for its composer to find. */
export function keepWords(
  conversation: number,
  note: boolean,
  html: string,
  r: Partial<Pick<Composed, "to" | "cc" | "bcc">>,
) {
  const { to = [], cc = [], bcc = [] } = r;
  const c: Composed = {
    mode: note ? "note" : "reply",
    mail: note ? "" : html,
    note: note ? html : "",
    to,
    cc,
    bcc,
    files: [],
    seen: 0,
    at: Date.now(),
  };
  store(place(conversation), c);
}

export type Kept = "" | "saving" | "saved" | "local";

/** Keeps what is written: at once in the browser, and after a moment on the server. */
export function useDraftKeeping(opened: Opened) {
  const client = useQueryClient();
  const id = opened.conversation.id;
  const number = opened.conversation.number;
  const timer = useRef<number | undefined>(undefined);
  const pending = useRef<Composed | undefined>(undefined);
  const onServer = useRef(Boolean(opened.draft));
  const [kept, setKept] = useState<Kept>(opened.draft ? "saved" : "");

  const push = useCallback(async () => {
    window.clearTimeout(timer.current);
    const c = pending.current;
    pending.current = undefined;
    if (!c) return;
    const html = c.mode === "note" ? c.note : c.mail;
    try {
      if (isBlank(html) && c.files.length === 0) {
        if (onServer.current) await del(`/conversations/${id}/draft`);
        onServer.current = false;
        client.setQueryData<Opened>(["conversation", number], (o) => o && { ...o, draft: null });
        setKept("");
        return;
      }
      const saved = await put<Draft>(`/conversations/${id}/draft`, toDraft(c, toWire(html, c.files)));
      onServer.current = true;
      client.setQueryData<Opened>(["conversation", number], (o) => o && { ...o, draft: saved });
      setKept("saved");
    } catch {
      setKept("local"); // the browser's copy stays and is saved with the next change or visit
    }
  }, [client, id, number]);

  const keep = useCallback(
    (c: Composed) => {
      const blank = isBlank(c.mail) && isBlank(c.note) && c.files.length === 0;
      store(place(id), blank ? undefined : c);
      pending.current = c;
      setKept("saving");
      window.clearTimeout(timer.current);
      timer.current = window.setTimeout(() => void push(), pause);
    },
    [id, push],
  );

  /** After sending: the server has dropped its copy by itself for mail; for notes we do. */
  const drop = useCallback(
    (serverDropped: boolean) => {
      window.clearTimeout(timer.current);
      pending.current = undefined;
      store(place(id), undefined);
      if (!serverDropped && onServer.current) del(`/conversations/${id}/draft`).catch(() => undefined);
      onServer.current = false;
      client.setQueryData<Opened>(["conversation", number], (o) => o && { ...o, draft: null });
      setKept("");
    },
    [client, id, number],
  );

  useEffect(() => {
    const leave = () => void push();
    window.addEventListener("pagehide", leave);
    return () => {
      window.removeEventListener("pagehide", leave);
      leave();
    };
  }, [push]);

  return { kept, keep, drop, push };
}
