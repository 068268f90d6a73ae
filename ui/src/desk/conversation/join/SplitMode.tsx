import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { newKey, post } from "../../../api/client";
import type { Message, Opened } from "../../../api/types";
import { keepAnswer } from "../../../app/client";
import { toast } from "../../../parts/toast";
import { inWords } from "../../../parts/trouble";
import css from "./Join.module.css";
import { chooseMessage, endSplit, type Splitting } from "./splitting";
import { useWords } from "./words";

/** Whether a message can leave its conversation. */
export const leaves = (m: Message) => m.authorKind !== "system" && m.state !== "cancelled";

/** Walks among the boxes with the arrow keys; Escape gives up. */
function keys(e: KeyboardEvent<HTMLElement>) {
  if (e.key === "Escape") {
    e.preventDefault();
    e.stopPropagation();
    endSplit();
    return;
  }
  const by = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[e.key];
  if (!by || !(e.target instanceof HTMLInputElement) || e.target.type !== "checkbox") return;
  e.preventDefault();
  e.stopPropagation();
  const all = [...document.querySelectorAll<HTMLInputElement>("[data-split]")];
  const next = all[all.indexOf(e.target) + by];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

/** The box beside a message that chooses it. */
export function SplitBox({ message: m, splitting }: { message: Message; splitting: Splitting }) {
  const { t } = useTranslation();
  const ready = useWords();
  if (!ready || !leaves(m)) return null;
  const name = m.from.name || m.from.address || t("join_sheet.note");
  return (
    <label className={css.splitBox}>
      <input
        type="checkbox"
        data-split={m.id}
        checked={splitting.chosen.has(m.id)}
        aria-label={t("join_sheet.split_box", { name, words: m.text.slice(0, 60) })}
        onChange={() => chooseMessage(m.id)}
        onKeyDown={keys}
      />
      {t("join_sheet.split_this")}
    </label>
  );
}

/** What stands beneath the messages while some of them are chosen to be split off. */
export function SplitBar({ opened, splitting }: { opened: Opened; splitting: Splitting }) {
  const { t } = useTranslation();
  const ready = useWords();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [subject, setSubject] = useState("");
  const [busy, setBusy] = useState(false);
  const bar = useRef<HTMLFormElement>(null);
  const here = opened.conversation;
  const chosen = opened.timeline.messages.filter((m) => splitting.chosen.has(m.id)).map((m) => m.id);
  const left = opened.timeline.messages.filter((m) => leaves(m) && !splitting.chosen.has(m.id)).length;
  const key = useRef({ of: "", key: "" });

  // Choosing begins at the newest message; who leaves the conversation has given up.
  useEffect(() => {
    if (ready) requestAnimationFrame(() => [...document.querySelectorAll<HTMLElement>("[data-split]")].at(-1)?.focus());
  }, [ready]);
  useEffect(() => () => void endSplit(), []);

  async function split() {
    const body = { messages: chosen, ...(subject.trim() ? { subject: subject.trim() } : {}) };
    const asked = JSON.stringify(body);
    if (key.current.of !== asked) key.current = { of: asked, key: newKey() };
    setBusy(true);
    try {
      const made = await post<Opened>(`/conversations/${here.id}/split`, body, key.current.key);
      keepAnswer(client, ["conversation", made.conversation.number], made);
      void client.invalidateQueries({ queryKey: ["conversation", here.number] });
      toast(t("join_sheet.split_done", { number: made.conversation.number }));
      endSplit();
      void navigate({ to: "/view/$view/$number", params: { view: "all", number: String(made.conversation.number) } });
    } catch (err) {
      toast(inWords(t, err), { tone: "bad" });
      setBusy(false);
    }
  }
  if (!ready) return null;
  return (
    <form
      ref={bar}
      className={css.splitBar}
      aria-label={t("join_sheet.split_title")}
      onKeyDown={keys}
      onSubmit={(e) => {
        e.preventDefault();
        if (!busy && chosen.length > 0 && left > 0) void split();
      }}
    >
      <p aria-live="polite">
        {chosen.length > 0 && left === 0
          ? t("join_sheet.split_all")
          : t("join_sheet.split_text", { number: here.number })}
      </p>
      <input
        aria-label={t("compose.subject")}
        value={subject}
        maxLength={998}
        onChange={(e) => setSubject(e.target.value)}
        placeholder={here.subject || t("compose.subject")}
      />
      <span className={css.splitActs}>
        <Button onClick={endSplit}>{t("common.cancel")}</Button>
        <Button type="submit" variant="filled" loading={busy} disabled={chosen.length === 0 || left === 0}>
          {t("join_sheet.split_act", { count: chosen.length })}
        </Button>
      </span>
    </form>
  );
}
