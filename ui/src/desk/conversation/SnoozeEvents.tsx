import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { conversationQuery } from "../../api/queries";
import type { Conversation, WakeOn } from "../../api/types";
import { Choice, PickTitle } from "../../parts/Pick";
import { wakeKey } from "../list/Snoozed";
import css from "./Menus.module.css";

interface Props {
  row: Conversation;
  /** Puts the conversation off until the event; `words` say until what. */
  until: (on: WakeOn, words: string) => void;
}

/** What a conversation can be put off for beside a time: something that happens in those linked with it, a colleague's word, a purchase. */
export default function SnoozeEvents({ row, until }: Props) {
  const { t } = useTranslation();
  const links = useQuery(conversationQuery(row.number)).data?.links ?? [];
  const found = new Map<string, WakeOn>();
  const add = (on: WakeOn) => found.set(`${on.event}${on.conversation ?? ""}`, on);
  for (const l of links) {
    const beside = l.kind === "side" || l.kind === "forward";
    const over = l.status === "resolved" || l.status === "closed";
    if (beside || !over) {
      add({ event: beside ? "answered" : "resolved", conversation: l.conversation, number: l.number });
    }
  }
  add({ event: "colleague" });
  add({ event: "purchase" });
  return (
    <>
      <PickTitle>{t("wake.title")}</PickTitle>
      <div className={css.scroll}>
        {[...found].map(([key, on]) => {
          const words = t(wakeKey("until", on), { number: on.number });
          return (
            <Choice key={key} run={() => until(on, words)}>
              {words}
            </Choice>
          );
        })}
      </div>
      <p className={css.hint}>{t("wake.hint")}</p>
    </>
  );
}
