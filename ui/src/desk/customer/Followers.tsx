import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { del, put } from "../../api/client";
import { useDirectory } from "../../api/queries";
import type { Opened } from "../../api/types";
import { useMay } from "../../app/session";
import { Avatar } from "../../parts/Avatar";
import { Icon } from "../../parts/Icon";
import { Choice, Pick } from "../../parts/Pick";
import { toast } from "../../parts/toast";
import { inWords } from "../../parts/trouble";
import css from "./CustomerPanel.module.css";

/** Colleagues who are told what happens here. */
export function Followers({ opened }: { opened: Opened }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const directory = useDirectory();
  const mayNote = useMay("conversation.note");
  const { id, number } = opened.conversation;
  const key = ["conversation", number];
  const following = new Set(opened.followers);
  const [open, setOpen] = useState(false);
  const names = directory.agents.filter((a) => following.has(a.id));

  async function change(agent: number, on: boolean) {
    const before = client.getQueryData<Opened>(key)?.followers ?? [];
    const next = on ? [...before, agent] : before.filter((f) => f !== agent);
    client.setQueryData<Opened>(key, (o) => o && { ...o, followers: next });
    try {
      const path = `/conversations/${id}/followers/${agent}`;
      await (on ? put(path) : del(path));
      void client.invalidateQueries({ queryKey: ["list", "following"] });
      void client.invalidateQueries({ queryKey: ["views"] });
    } catch (err) {
      client.setQueryData<Opened>(key, (o) => o && { ...o, followers: before });
      toast(inWords(t, err), { tone: "bad" });
    }
  }

  return (
    <section>
      <h3>
        {t("customer.followers")}
        {mayNote && (
          <Pick
            label={t("customer.add_follower")}
            open={open}
            setOpen={setOpen}
            target={
              <button type="button" onClick={() => setOpen(!open)}>
                {t("customer.add_follower")}
              </button>
            }
          >
            <div className={css.menu}>
              {directory.agents
                .filter((a) => a.active || following.has(a.id))
                .map((a) => (
                  <Choice
                    key={a.id}
                    on={following.has(a.id)}
                    left={<Avatar name={a.name} seed={`agent:${a.id}`} size={20} />}
                    right={following.has(a.id) && <Icon name="check" size={16} />}
                    run={() => void change(a.id, !following.has(a.id))}
                  >
                    {a.name}
                  </Choice>
                ))}
            </div>
          </Pick>
        )}
      </h3>
      {names.length > 0 ? (
        <ul className={css.faces}>
          {names.map((a) => (
            <li key={a.id}>
              <Avatar name={a.name} seed={`agent:${a.id}`} size={20} />
              {a.name}
            </li>
          ))}
        </ul>
      ) : (
        <p className={css.quiet}>{t("customer.no_followers")}</p>
      )}
    </section>
  );
}
