import { Button } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { post } from "../../api/client";
import { searchQuery } from "../../api/queries";
import type { Message, Opened } from "../../api/types";
import { keepAnswer } from "../../app/client";
import { ActSheet, useAttempt } from "../ActSheet";
import css from "./Sheets.module.css";

/** Moves a message to another conversation, or begins a new one with it. */
export function MoveSheet({ message, opened, close }: { message: Message; opened: Opened; close: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [wanted, setWanted] = useState("");
  const attempt = useAttempt(close);
  const found = useQuery(searchQuery(wanted.trim())).data?.conversations ?? [];
  const here = opened.conversation;
  const choices = (wanted.trim() ? found : opened.earlier).filter((c) => c.id !== here.id);

  const move = (conversation: number) =>
    attempt.run(async () => {
      const next = await post<Opened>(`/messages/${message.id}/move`, { conversation });
      keepAnswer(client, ["conversation", next.conversation.number], next);
      await client.invalidateQueries({ queryKey: ["conversation", here.number] });
      void navigate({ to: "/view/$view/$number", params: { view: "all", number: String(next.conversation.number) } });
    });

  return (
    <ActSheet
      title={t("move.title")}
      close={close}
      attempt={attempt}
      foot={
        <Button disabled={attempt.busy} onClick={() => void move(0)}>
          {t("move.new")}
        </Button>
      }
    >
      <p>{t("move.text")}</p>
      <label className={css.field}>
        {t("move.find")}
        <input
          // biome-ignore lint/a11y/noAutofocus: finding is the first thing done here
          autoFocus
          value={wanted}
          onChange={(e) => setWanted(e.target.value)}
          placeholder={t("palette.placeholder")}
        />
      </label>
      <ul className={css.people}>
        {choices.map((c) => (
          <li key={c.id} className={css.row}>
            <span className="cut" style={{ flex: 1 }}>
              #{c.number} {c.subject || t("list.no_subject")} · {c.customerName || c.address}
            </span>
            <Button size="xs" disabled={attempt.busy} onClick={() => void move(c.id)}>
              {t("move.here")}
            </Button>
          </li>
        ))}
        {choices.length === 0 && <li className={css.hint}>{t("move.none")}</li>}
      </ul>
    </ActSheet>
  );
}
