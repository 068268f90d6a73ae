import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { newKey, post } from "../../../api/client";
import type { Incident, Opened } from "../../../api/types";
import { toast } from "../../../parts/toast";
import { ActSheet, useAttempt } from "../../ActSheet";
import { fromWire, toHtml } from "../../compose/html";
import sheet from "../Sheets.module.css";
import css from "./Join.module.css";

/** Answers the incidents of a problem, each for itself, and shows before what each of them gets. */
export function IncidentsSheet({ opened, close }: { opened: Opened; close: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const here = opened.conversation;
  const answered = opened.timeline.messages.findLast((m) => m.kind === "outgoing" && m.authorKind === "agent");
  const [words, setWords] = useState(answered?.text ?? "");
  const [asked, setAsked] = useState(words);
  const [left, setLeft] = useState<number[]>([]);
  const [then, setThen] = useState("waiting");
  const [key] = useState(newKey);
  const attempt = useAttempt(close);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(words), 300);
    return () => clearTimeout(timer);
  }, [words]);
  const html = toHtml(asked);
  const found = useQuery({
    queryKey: ["incidents", here.id, html],
    queryFn: () => post<{ items: Incident[] }>(`/conversations/${here.id}/incidents/preview`, { html }),
    enabled: html !== "",
    placeholderData: (before) => before,
  }).data?.items;
  const ready = (found ?? []).filter((i) => i.to.length > 0 && i.missing.length === 0);
  const chosen = ready.filter((i) => !left.includes(i.conversation.id));

  async function answer() {
    const done = await post<{ items: { conversation: number; message?: number; why?: string }[] }>(
      `/conversations/${here.id}/incidents/answer`,
      { html: toHtml(words), conversations: chosen.map((i) => i.conversation.id), then },
      key,
    );
    const sent = done.items.filter((i) => i.message).length;
    toast(t("join_sheet.answered", { count: sent, all: done.items.length }), {
      tone: sent < done.items.length ? "bad" : "plain",
    });
    void client.invalidateQueries({ queryKey: ["conversation"] });
  }

  return (
    <ActSheet
      title={t("join_sheet.incidents_title", { number: here.number })}
      close={close}
      attempt={attempt}
      act={t("join_sheet.incidents_act", { count: chosen.length })}
      work={answer}
      disabled={chosen.length === 0 || words !== asked}
    >
      <label className={sheet.field}>
        {t("join_sheet.words")}
        <textarea rows={6} value={words} onChange={(e) => setWords(e.target.value)} />
        <span className={sheet.hint}>{t("join_sheet.incidents_hint", { example: "{{customer.firstName|…}}" })}</span>
      </label>
      <label className={sheet.field}>
        {t("join_sheet.then")}
        <select value={then} onChange={(e) => setThen(e.target.value)}>
          {["keep", "waiting", "resolve"].map((x) => (
            <option key={x} value={x}>
              {t(`join_sheet.then_${x}`)}
            </option>
          ))}
        </select>
      </label>
      <ul className={sheet.people} aria-label={t("join_sheet.preview")}>
        {found?.map((i) => {
          const can = ready.includes(i);
          return (
            <li key={i.conversation.id} className={css.incident}>
              <label className={css.choice}>
                <input
                  type="checkbox"
                  disabled={!can}
                  checked={can && !left.includes(i.conversation.id)}
                  onChange={() =>
                    setLeft((all) =>
                      all.includes(i.conversation.id)
                        ? all.filter((x) => x !== i.conversation.id)
                        : [...all, i.conversation.id],
                    )
                  }
                />
                <span className="cut">
                  #{i.conversation.number} {i.conversation.subject} · {i.to.map((a) => a.address).join(", ")}
                </span>
              </label>
              {can ? (
                // biome-ignore lint/security/noDangerouslySetInnerHtml: the server made it safe, and so does the desk
                <div className={css.words} dangerouslySetInnerHTML={{ __html: fromWire(i.html, []) }} />
              ) : (
                <p className={sheet.hint}>
                  {i.to.length === 0
                    ? t("join_sheet.no_way")
                    : t("join_sheet.missing", { names: i.missing.join(", ") })}
                </p>
              )}
            </li>
          );
        })}
        {found?.length === 0 && <li className={sheet.hint}>{t("join_sheet.no_incidents")}</li>}
      </ul>
    </ActSheet>
  );
}
