import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { post } from "../../../api/client";
import type { Conversation, Opened } from "../../../api/types";
import { ActSheet, useAttempt } from "../../ActSheet";
import sheet from "../Sheets.module.css";
import { Picker } from "./Picker";

const kinds = ["related", "child", "parent", "incident", "problem"] as const;

/** Links a conversation to another one. */
export function LinkSheet({ opened, close }: { opened: Opened; close: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [chosen, setChosen] = useState<Conversation[]>([]);
  const [kind, setKind] = useState<(typeof kinds)[number]>("related");
  const attempt = useAttempt(close);
  const here = opened.conversation;

  async function link() {
    for (const c of chosen) await post(`/conversations/${here.id}/links`, { conversation: c.id, kind });
    await client.invalidateQueries({ queryKey: ["conversation", here.number] });
  }

  return (
    <ActSheet
      title={t("join_sheet.link_title", { number: here.number })}
      close={close}
      attempt={attempt}
      act={t("join_sheet.link_act")}
      work={link}
      disabled={chosen.length === 0}
    >
      <Picker except={[here.id]} offered={opened.earlier} chosen={chosen} choose={setChosen} />
      <label className={sheet.field}>
        {t("join_sheet.link_kind")}
        <select value={kind} onChange={(e) => setKind(e.target.value as typeof kind)}>
          {kinds.map((k) => (
            <option key={k} value={k}>
              {t(`join_sheet.kind_${k}`)}
            </option>
          ))}
        </select>
      </label>
    </ActSheet>
  );
}
