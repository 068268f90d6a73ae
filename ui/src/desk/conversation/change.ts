import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { patch } from "../../api/client";
import { isProblem } from "../../api/problem";
import { type Directory, useDirectory } from "../../api/queries";
import type { Conversation, ConversationPatch, DeskEvent, Opened } from "../../api/types";
import { useMe } from "../../app/session";
import { type Format, useFormat } from "../../i18n/format";
import { applyRow, knownRow } from "../../live/rows";
import { offersSoon, toast } from "../../parts/toast";
import { inWords } from "../../parts/trouble";
import { askForMissing, lacks } from "../fields/ask";
import { activityWords, actorName, deedLine, deeds } from "./activity";

/** Which events speak of the same thing as a change: only those are in its way. */
const kinds: Record<keyof ConversationPatch, string[]> = {
  status: ["status.changed", "conversation.reopened"],
  priority: ["priority.changed"],
  assignee: ["assignee.changed"],
  team: ["team.changed"],
  subject: ["subject.changed"],
  type: ["type.changed"],
  fields: ["fields.changed"],
  addTags: [],
  removeTags: [],
  snoozedUntil: ["conversation.snoozed", "conversation.woken", "status.changed"],
  await: ["conversation.snoozed", "conversation.woken", "status.changed"],
  wakeOn: ["conversation.snoozed", "conversation.woken", "status.changed"],
  wake: [],
  spam: ["conversation.spam", "conversation.not_spam"],
  trashed: ["conversation.trashed", "conversation.restored"],
};

/** The events that stand against a change; none where both can hold. */
export function inTheWay(change: ConversationPatch, missed: DeskEvent[]): DeskEvent[] {
  const touched = new Set((Object.keys(change) as (keyof ConversationPatch)[]).flatMap((k) => kinds[k] ?? []));
  return missed.filter((e) => {
    if (!touched.has(e.kind)) return false;
    if (e.kind !== "fields.changed") return true;
    const others = Array.isArray(e.data?.fields) ? e.data.fields : [];
    return others.some((id) => String(id) in (change.fields ?? {}));
  });
}

/** What the row will look like once the server has agreed. */
export function ahead(row: Conversation, change: ConversationPatch): Conversation {
  const next = { ...row };
  if (change.status) {
    next.status = change.status;
    if (change.status === "resolved" || change.status === "closed") wakeUp(next);
  }
  if (change.priority !== undefined) next.priority = change.priority;
  if (change.assignee !== undefined) next.assignee = change.assignee || undefined;
  if (change.team !== undefined) next.team = change.team || undefined;
  if (change.subject !== undefined) next.subject = change.subject;
  if (change.type !== undefined) next.type = change.type || undefined;
  if (change.fields) {
    next.fields = { ...next.fields, ...change.fields };
    for (const [id, value] of Object.entries(change.fields)) if (value === null) delete next.fields[id];
  }
  if (change.addTags) next.tags = [...new Set([...next.tags, ...change.addTags])];
  if (change.removeTags) next.tags = next.tags.filter((t) => !change.removeTags?.includes(t));
  if (change.snoozedUntil || change.await || change.wakeOn) {
    next.snoozedUntil = change.snoozedUntil ?? (change.wakeOn ? inDays(14) : null);
    next.untilReply = Boolean(change.await);
    next.wakeOn = change.wakeOn;
  }
  if (change.wake) wakeUp(next);
  if (change.spam !== undefined) next.spam = change.spam;
  if (change.trashed !== undefined) next.trashedAt = change.trashed ? new Date().toISOString() : null;
  return next;
}

const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();

function wakeUp(row: Conversation) {
  row.snoozedUntil = null;
  row.untilReply = false;
  row.wakeOn = undefined;
}

/** What would take a change back. */
export function reverse(row: Conversation, change: ConversationPatch): ConversationPatch {
  const back: ConversationPatch = {};
  if (change.status) back.status = row.status === "new" ? "open" : row.status;
  if (change.assignee !== undefined) back.assignee = row.assignee ?? 0;
  if (change.team !== undefined) back.team = row.team ?? 0;
  if (change.spam !== undefined) back.spam = !change.spam;
  if (change.trashed !== undefined) back.trashed = !change.trashed;
  if (change.snoozedUntil || change.await || change.wakeOn) {
    if (row.untilReply) back.await = true;
    else if (row.snoozedUntil) {
      back.snoozedUntil = row.snoozedUntil;
      if (row.wakeOn) back.wakeOn = row.wakeOn;
    } else back.wake = true;
  }
  return back;
}

// Changes to one conversation go one after the other, so that each carries the version that the one before it made.
const lines = new Map<number, Promise<unknown>>();

function inLine<T>(id: number, work: () => Promise<T>): Promise<T> {
  const next = (lines.get(id) ?? Promise.resolve()).then(work, work);
  lines.set(id, next);
  return next;
}

function current(client: QueryClient, row: Conversation): Conversation {
  return client.getQueryData<Opened>(["conversation", row.number])?.conversation ?? knownRow(client, row.number) ?? row;
}

interface Words {
  t: (key: string, values?: Record<string, unknown>) => string;
  format: Format;
  directory: Directory;
  me: number;
}

async function send(client: QueryClient, row: Conversation, change: ConversationPatch, words: Words) {
  for (let attempt = 0; ; attempt++) {
    const version = current(client, row).version;
    try {
      applyRow(client, await patch<Conversation>(`/conversations/${row.id}`, { ...change, version }), words.me);
      return;
    } catch (err) {
      if (!isProblem(err, "conflict")) throw err;
      const details = (err.details ?? {}) as { current?: Conversation; changed?: DeskEvent[] };
      if (!details.current) throw err;
      const against = inTheWay(change, details.changed ?? []);
      if (against.length === 0 && attempt < 3) {
        // Somebody changed something else: both can hold.
        applyRow(client, { ...ahead(details.current, change), version: details.current.version }, words.me);
        continue;
      }
      applyRow(client, details.current, words.me);
      const { t, format, directory, me } = words;
      const what = deeds(
        against,
        (e) => activityWords(t, format, directory, me, e),
        (e) => actorName(t, directory, me, e),
      ).map((d) => deedLine(t, format, d));
      toast(t("change.conflict", { what: what.join(" · ") || t("change.something") }), { tone: "bad" });
      return;
    }
  }
}

/**
 * Changes a conversation: at once in sight, then on the server, and back where it was if the server refuses. With `done` words a toast
 * offers to undo it.
 */
export function useChange() {
  const client = useQueryClient();
  const { t } = useTranslation();
  const format = useFormat();
  const directory = useDirectory();
  const me = useMe().id;
  return useCallback(
    (row: Conversation, change: ConversationPatch, done?: string) => {
      const words: Words = { t: t as Words["t"], format, directory, me };
      const run = (what: ConversationPatch): Promise<boolean> =>
        inLine(row.id, async () => {
          const before = current(client, row);
          applyRow(client, ahead(before, what), me);
          try {
            await send(client, row, what, words);
            return true;
          } catch (err) {
            applyRow(client, before, me);
            if (what.status && lacks(err)) askForMissing({ row: before, resolve: (more) => run({ ...what, ...more }) });
            else toast(inWords(t, err), { tone: "bad" });
            return false;
          }
        });
      const back = reverse(current(client, row), change);
      const offer = () =>
        done && toast(done, { stays: 8000, action: { label: t("common.undo"), run: () => void run(back) } });
      const held = current(client, row);
      if (change.status === "resolved" && held.owes) {
        // Resolving does not end what is promised: it is shown before.
        const resolve = (more: ConversationPatch) =>
          offersSoon(
            run({ ...change, ...more }).then((kept) => {
              if (kept) offer();
              return kept;
            }),
          );
        askForMissing({ row: held, resolve });
        return Promise.resolve(false);
      }
      if (change.status !== "resolved") {
        offer();
        return run(change);
      }
      // Resolving may be refused for what is missing: what was done is said once it was.
      return offersSoon(
        run(change).then((kept) => {
          if (kept) offer();
          return kept;
        }),
      );
    },
    [client, t, format, directory, me],
  );
}
