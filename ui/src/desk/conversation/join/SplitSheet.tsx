import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { newKey, post } from "../../../api/client";
import type { Opened } from "../../../api/types";
import { useFormat } from "../../../i18n/format";
import { toast } from "../../../parts/toast";
import { ActSheet, useAttempt } from "../../ActSheet";
import sheet from "../Sheets.module.css";
import css from "./Join.module.css";

/** Takes chosen messages out into a new conversation. */
export function SplitSheet({ opened, close }: { opened: Opened; close: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [chosen, setChosen] = useState<number[]>([]);
  const [subject, setSubject] = useState("");
  const [key, setKey] = useState(newKey);
  const attempt = useAttempt(close);
  const here = opened.conversation;
  const list = opened.timeline.messages.filter((m) => m.authorKind !== "system" && m.state !== "cancelled");

  async function split() {
    const made = await post<Opened>(
      `/conversations/${here.id}/split`,
      { messages: chosen, ...(subject.trim() ? { subject: subject.trim() } : {}) },
      key,
    );
    client.setQueryData(["conversation", made.conversation.number], made);
    void client.invalidateQueries({ queryKey: ["conversation", here.number] });
    toast(t("join_sheet.split_done", { number: made.conversation.number }));
    void navigate({ to: "/view/$view/$number", params: { view: "all", number: String(made.conversation.number) } });
  }

  return (
    <ActSheet
      title={t("join_sheet.split_title")}
      close={close}
      attempt={attempt}
      act={t("join_sheet.split_act", { count: chosen.length })}
      work={split}
      disabled={chosen.length === 0 || chosen.length >= list.length}
    >
      <p>{t("join_sheet.split_text", { number: here.number })}</p>
      <ul className={sheet.people} aria-label={t("join_sheet.split_which")}>
        {list.map((m) => (
          <li key={m.id}>
            <label className={css.choice}>
              <input
                type="checkbox"
                checked={chosen.includes(m.id)}
                onChange={() => {
                  setKey(newKey());
                  setChosen((all) => (all.includes(m.id) ? all.filter((x) => x !== m.id) : [...all, m.id]));
                }}
              />
              <span className="cut">
                <b>{m.from.name || m.from.address || t("join_sheet.note")}</b> ·{" "}
                {format.weekdayMoment(Date.parse(m.at ?? ""))} · {m.text}
              </span>
            </label>
          </li>
        ))}
      </ul>
      <label className={sheet.field}>
        {t("compose.subject")}
        <input
          value={subject}
          maxLength={998}
          onChange={(e) => setSubject(e.target.value)}
          placeholder={here.subject}
        />
      </label>
    </ActSheet>
  );
}
