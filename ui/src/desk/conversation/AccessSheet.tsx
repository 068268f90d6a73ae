import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { put } from "../../api/client";
import { useDirectory } from "../../api/queries";
import type { Opened } from "../../api/types";
import { useMe } from "../../app/session";
import { Avatar } from "../../parts/Avatar";
import { ActSheet, useAttempt } from "../ActSheet";
import css from "./Sheets.module.css";

/** Names the only people who see a conversation. The reader stays among them, so as not to shut himself out. */
export function AccessSheet({ opened, close }: { opened: Opened; close: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const me = useMe();
  const directory = useDirectory();
  const row = opened.conversation;
  const [restricted, setRestricted] = useState(row.restricted ?? false);
  const [named, setNamed] = useState(new Set([...opened.access, me.id]));
  const attempt = useAttempt(close);

  async function keep() {
    await put(`/conversations/${row.id}/access`, { restricted, agents: restricted ? [...named] : [] });
    void client.invalidateQueries({ queryKey: ["conversation", row.number] });
  }

  return (
    <ActSheet title={t("access.title")} close={close} attempt={attempt} act={t("common.save")} work={keep}>
      <p>{t("access.text")}</p>
      <label className={css.check}>
        <input type="checkbox" checked={restricted} onChange={(e) => setRestricted(e.target.checked)} />
        {t("access.restrict")}
      </label>
      {restricted && (
        <ul className={css.people}>
          {directory.agents
            .filter((a) => a.active)
            .map((a) => (
              <li key={a.id}>
                <label className={css.check}>
                  <input
                    type="checkbox"
                    checked={named.has(a.id)}
                    disabled={a.id === me.id}
                    onChange={(e) => {
                      const next = new Set(named);
                      if (e.target.checked) next.add(a.id);
                      else next.delete(a.id);
                      setNamed(next);
                    }}
                  />
                  <Avatar name={a.name} seed={`agent:${a.id}`} size={20} />
                  <span className="cut">{a.name}</span>
                </label>
              </li>
            ))}
        </ul>
      )}
    </ActSheet>
  );
}
