import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { newKey, post } from "../../../api/client";
import { useDirectory } from "../../../api/queries";
import type { Conversation, Merged } from "../../../api/types";
import { useMe } from "../../../app/session";
import { applyRow } from "../../../live/rows";
import { ActSheet, useAttempt } from "../../ActSheet";
import css from "./Join.module.css";
import { saidMerged } from "./merged";
import { Picker } from "./Picker";

interface Props {
  into: Conversation;
  earlier: Conversation[];
  /** Already chosen, as from a list. */
  begins?: Conversation[];
  /** Told once they are one. */
  done?: () => void;
  close: () => void;
}

/** Merges others into a conversation, and says before what that means. */
export function MergeSheet({ into: first, earlier, begins = [], done: over, close }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const me = useMe().id;
  const directory = useDirectory();
  const [chosen, setChosen] = useState<Conversation[]>(begins);
  const [target, setTarget] = useState(first.id);
  const [key, setKey] = useState(newKey);
  const attempt = useAttempt(close);
  const all = [first, ...chosen];
  const into = all.find((c) => c.id === target) ?? first;
  const others = all.filter((c) => c.id !== into.id);
  const pick = (next: Conversation[]) => {
    setKey(newKey()); // another request
    setChosen(next);
  };

  async function merge() {
    const done = await post<Merged>(`/conversations/${into.id}/merge`, { conversations: others.map((c) => c.id) }, key);
    applyRow(client, done.conversation, me);
    void client.invalidateQueries({ queryKey: ["conversation"] });
    void client.invalidateQueries({ queryKey: ["list"] });
    saidMerged(t as never, client, done.merge, into.number);
    over?.();
    void navigate({ to: "/view/$view/$number", params: { view: "all", number: String(into.number) } });
  }

  const tags = new Set(others.flatMap((c) => c.tags).filter((x) => !into.tags.includes(x)));
  const wider = others.filter((c) => c.inbox !== into.inbox).map((c) => directory.inbox(c.inbox)?.name ?? "");
  const people = new Set(others.filter((c) => c.customer !== into.customer).map((c) => c.customerName || c.address));
  return (
    <ActSheet
      title={t("join_sheet.merge_title", { number: first.number })}
      close={close}
      attempt={attempt}
      act={t("join_sheet.merge_act", { count: all.length })}
      work={merge}
      disabled={others.length === 0}
    >
      <Picker except={[first.id]} offered={earlier} chosen={chosen} choose={pick} />
      {others.length > 0 && (
        <section className={css.preview} aria-label={t("join_sheet.preview")}>
          <label className={css.into}>
            {t("join_sheet.into")}
            <select value={into.id} onChange={(e) => setTarget(Number(e.target.value))}>
              {all.map((c) => (
                <option key={c.id} value={c.id}>
                  #{c.number} {c.subject}
                </option>
              ))}
            </select>
          </label>
          <ul>
            <li>
              {t("join_sheet.messages", { count: others.reduce((n, c) => n + c.messages, 0), number: into.number })}
            </li>
            <li>
              {t("join_sheet.leads", { numbers: others.map((c) => `#${c.number}`).join(", "), number: into.number })}
            </li>
            {people.size > 0 && <li>{t("join_sheet.people", { names: [...people].join(", ") })}</li>}
            {tags.size > 0 && (
              <li>{t("join_sheet.tags", { names: [...tags].map((x) => directory.tag(x)?.name ?? "").join(", ") })}</li>
            )}
            {all.some((c) => c.restricted) && <li>{t("join_sheet.restricted")}</li>}
            {wider.length > 0 && (
              <li>
                {t("join_sheet.wider", {
                  from: [...new Set(wider)].join(", "),
                  to: directory.inbox(into.inbox)?.name ?? "",
                })}
              </li>
            )}
            <li>{t("join_sheet.undoable")}</li>
          </ul>
        </section>
      )}
    </ActSheet>
  );
}
