import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { del, post, put } from "../../api/client";
import { isProblem } from "../../api/problem";
import { draftsQuery } from "../../api/queries";
import type { Attachment, Draft, DraftBody } from "../../api/types";
import { own, store, stored } from "../../parts/stored";
import { isBlank, toWire } from "./html";

const newMail = () => own("tellus-draft-new");
const pause = 900;

/** A new mail as its page holds it. */
export interface Written {
  body: DraftBody;
  files: Attachment[];
}

/** What a crash would have left in this browser, with the draft of the server that it belongs to. */
interface Local extends Written {
  id?: number;
}

export const leftHere = (place = newMail()) => stored<Local | undefined>(place, undefined);
export const leaveHere = (w: Written) => store(newMail(), w);

export function blank(w: Written): boolean {
  return isBlank(w.body.html) && !w.body.subject?.trim() && w.files.length === 0;
}

/** Where a mail that is being written is kept in this browser, and when there is nothing to keep of it. */
interface Keeping {
  place: string;
  blank: (w: Written) => boolean;
}

/**
 * Keeps a new mail: at once in the browser, after a moment on the server, where it is one of the drafts. Saves go one after the other, so that
 * it becomes one draft and not two. Once the page is left the server's copy is the only one.
 */
export function useNewDraft(first: number, inbox: number | undefined, how?: Keeping) {
  const client = useQueryClient();
  const id = useRef(first);
  const pending = useRef<Written | undefined>(undefined);
  const line = useRef<Promise<void>>(Promise.resolve());
  const timer = useRef<number | undefined>(undefined);
  const [kept, setKept] = useState<"" | "saved" | "local">(first ? "saved" : "");
  const from = useRef(inbox);
  from.current = inbox;
  const keeping = useRef({ place: newMail(), blank });
  if (how) keeping.current = how;

  const push = useCallback(() => {
    window.clearTimeout(timer.current);
    line.current = line.current.then(async () => {
      const w = pending.current;
      pending.current = undefined;
      if (!w) return;
      const body = {
        ...w.body,
        inbox: from.current,
        html: toWire(w.body.html, w.files),
        attachments: w.files.map((f) => f.id),
      };
      try {
        const saved = id.current ? await put<Draft>(`/drafts/${id.current}`, body) : await post<Draft>("/drafts", body);
        id.current = saved.id;
        if (!pending.current) store(keeping.current.place, { ...w, id: saved.id });
        setKept("saved");
        void client.invalidateQueries({ queryKey: draftsQuery.queryKey });
      } catch (err) {
        if (isProblem(err, "not_found")) id.current = 0; // thrown away in another browser: what is written here begins it anew
        setKept("local");
      }
    });
    return line.current;
  }, [client]);

  const keep = useCallback(
    (w: Written) => {
      window.clearTimeout(timer.current);
      if (keeping.current.blank(w)) {
        store(keeping.current.place, undefined);
        pending.current = undefined;
        return;
      }
      store(keeping.current.place, { ...w, ...(id.current ? { id: id.current } : {}) });
      pending.current = w;
      timer.current = window.setTimeout(() => void push(), pause);
    },
    [push],
  );

  /** It was sent, or thrown away. */
  const drop = useCallback(() => {
    window.clearTimeout(timer.current);
    pending.current = undefined;
    store(keeping.current.place, undefined);
    line.current = line.current.then(async () => {
      if (id.current) await del(`/drafts/${id.current}`).catch(() => undefined); // at worst it stays among the drafts
      id.current = 0;
      void client.invalidateQueries({ queryKey: draftsQuery.queryKey });
    });
  }, [client]);

  useEffect(
    () => () => {
      const { place } = keeping.current;
      const written = pending.current !== undefined;
      void push().then(() => {
        if (!pending.current && (id.current || !written)) store(place, undefined);
      });
    },
    [push],
  );
  return { kept, keep, drop };
}
