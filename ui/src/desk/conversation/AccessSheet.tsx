import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { put } from "../../api/client";
import { useDirectory } from "../../api/queries";
import type { Opened } from "../../api/types";
import { useMe } from "../../app/session";
import { Avatar } from "../../parts/Avatar";
import { Sheet, SheetBody } from "../../parts/Sheet";
import { inWords } from "../../parts/trouble";
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
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);

  async function keep() {
    setBusy(true);
    try {
      await put(`/conversations/${row.id}/access`, { restricted, agents: restricted ? [...named] : [] });
      void client.invalidateQueries({ queryKey: ["conversation", row.number] });
      close();
    } catch (err) {
      setProblem(inWords(t, err));
      setBusy(false);
    }
  }

  return (
    <Sheet label={t("access.title")} close={close}>
      <SheetBody
        title={t("access.title")}
        foot={
          <>
            <Button onClick={close}>{t("common.cancel")}</Button>
            <Button variant="filled" loading={busy} onClick={() => void keep()}>
              {t("common.save")}
            </Button>
          </>
        }
      >
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
        {problem && (
          <p role="alert" className={css.problem}>
            {problem}
          </p>
        )}
      </SheetBody>
    </Sheet>
  );
}
