import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { post } from "../../../api/client";
import { isProblem } from "../../../api/problem";
import type { Conversation, ConversationPatch, FieldValues } from "../../../api/types";
import { useMe } from "../../../app/session";
import { applyRow } from "../../../live/rows";
import { store, stored } from "../../../parts/stored";
import { toast } from "../../../parts/toast";
import { inWords } from "../../../parts/trouble";
import { useChange } from "../../conversation/change";
import type { Action, ListedMacro } from "./types";

/** What waits to be done together with sending, and which macros it came from. */
export interface Armed {
  actions: Action[];
  macros: number[];
}

const nothing: Armed = { actions: [], macros: [] };

/** Actions that cannot both be done. */
const same = (a: Action, b: Action) =>
  (a.do === b.do && a.field === b.field) || (a.do.startsWith("snooze") && b.do.startsWith("snooze"));

/** Adds a macro's actions; the later word counts, tags come together. */
export function withActions(was: Armed, macro: number, actions: readonly Action[]): Armed {
  let next = was.actions;
  for (const a of actions) {
    const before = next.find((b) => same(a, b));
    const tags = a.tags && before?.tags ? [...new Set([...before.tags, ...a.tags])].slice(0, 20) : a.tags;
    next = [...next.filter((b) => !same(a, b)), tags ? { ...a, tags } : a];
  }
  const finishes = next.some((a) => a.do === "set_status" && (a.status === "resolved" || a.status === "closed"));
  return {
    actions: finishes ? next.filter((a) => !a.do.startsWith("snooze")) : next,
    macros: [...new Set([...was.macros, macro])].slice(0, 20),
  };
}

/** What goes with a message. Whoever presses "send and resolve" has decided about the status himself. */
export function alongWith(armed: Armed, resolve: boolean): Partial<Armed> {
  const actions = resolve
    ? armed.actions.filter((a) => a.do !== "set_status" && !a.do.startsWith("snooze"))
    : armed.actions;
  return {
    ...(actions.length > 0 ? { actions } : {}),
    ...(armed.macros.length > 0 ? { macros: armed.macros } : {}),
  };
}

/** Which fields actions fill in. */
export function fieldsOf(armed: Partial<Armed>): FieldValues {
  const set: FieldValues = {};
  for (const a of armed.actions ?? []) if (a.do === "set_field" && a.field) set[a.field] = a.value ?? null;
  return set;
}

/** The same with fields that were filled in by hand, which count above those of macros. */
export function withFields(armed: Partial<Armed>, set: FieldValues): Partial<Armed> {
  const by = Object.entries(set).map(([id, value]): Action => ({ do: "set_field", field: Number(id), value }));
  if (by.length === 0) return armed;
  return { ...armed, actions: [...(armed.actions ?? []).filter((a) => !(a.field && a.field in set)), ...by] };
}

/** What would bring a conversation back to how it was. */
export function backTo(before: Conversation, after: Conversation): ConversationPatch {
  const back: ConversationPatch = {};
  if (before.status !== after.status) back.status = before.status === "new" ? "open" : before.status;
  if (before.priority !== after.priority) back.priority = before.priority;
  if (before.assignee !== after.assignee) back.assignee = before.assignee ?? 0;
  if (before.team !== after.team) back.team = before.team ?? 0;
  const added = after.tags.filter((t) => !before.tags.includes(t));
  const removed = before.tags.filter((t) => !after.tags.includes(t));
  if (added.length > 0) back.removeTags = added;
  if (removed.length > 0) back.addTags = removed;
  if (before.type !== after.type) back.type = before.type ?? 0;
  const values: FieldValues = {};
  for (const id of new Set([...Object.keys(before.fields), ...Object.keys(after.fields)])) {
    const was = before.fields[id] ?? null;
    if (JSON.stringify(was) !== JSON.stringify(after.fields[id] ?? null)) values[id] = was;
  }
  if (Object.keys(values).length > 0) back.fields = values;
  if (before.snoozedUntil !== after.snoozedUntil) {
    if (before.snoozedUntil) back.snoozedUntil = before.snoozedUntil;
    if (before.snoozedUntil && before.wakeOn) back.wakeOn = before.wakeOn;
    else back.wake = true;
  }
  return back;
}

/** Keeps what macros are going to do until the message goes, also when the page is left in between. `place` names the message. */
export function useArmed(place: string) {
  const [armed, setArmed] = useState<Armed>(() => stored<Armed>(place, nothing));
  const now = useRef(armed);
  now.current = armed;
  const set = useCallback(
    (next: Armed) => {
      now.current = next;
      setArmed(next);
      store(place, next.macros.length > 0 || next.actions.length > 0 ? next : undefined);
    },
    [place],
  );
  return {
    armed,
    arm: useCallback(
      (m: ListedMacro, actions: readonly Action[]) => set(withActions(now.current, m.id, actions)),
      [set],
    ),
    disarm: useCallback(
      (a: Action) => set({ ...now.current, actions: now.current.actions.filter((b) => b !== a) }),
      [set],
    ),
    clear: useCallback(() => set(nothing), [set]),
  };
}

/** Does what a macro without text does, at once, with an offer to undo it. */
export function useRunMacro() {
  const client = useQueryClient();
  const { t } = useTranslation();
  const me = useMe().id;
  const change = useChange();
  return useCallback(
    async (row: Conversation, macro: ListedMacro) => {
      try {
        const after = await post<Conversation>(`/conversations/${row.id}/actions`, {
          version: row.version,
          actions: macro.actions,
          macros: [macro.id],
        });
        applyRow(client, after, me);
        const back = backTo(row, after);
        toast(t("compose.macro_done", { name: macro.name }), {
          stays: 8000,
          ...(Object.keys(back).length > 0
            ? { action: { label: t("common.undo"), run: () => void change(after, back) } }
            : {}),
        });
      } catch (err) {
        const current = isProblem(err, "conflict") && (err.details as { current?: Conversation } | undefined)?.current;
        if (current) applyRow(client, current, me);
        toast(inWords(t, err), { tone: "bad" });
      }
      void client.invalidateQueries({ queryKey: ["conversation", row.number] });
    },
    [client, change, me, t],
  );
}
