import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { searchQuery } from "../../../api/queries";
import type { Conversation } from "../../../api/types";
import { Pill } from "../../../parts/Pill";
import sheet from "../Sheets.module.css";
import css from "./Join.module.css";

interface Props {
  /** Conversations that cannot be chosen. */
  except: number[];
  /** What is offered before anything is typed. */
  offered: Conversation[];
  chosen: Conversation[];
  choose: (next: Conversation[]) => void;
  /** Only one may be chosen. */
  single?: boolean;
}

/** Finds conversations by number, customer or words, and lets some of them be chosen. */
export function Picker({ except, offered, chosen, choose, single }: Props) {
  const { t } = useTranslation();
  const [wanted, setWanted] = useState("");
  const found = useQuery(searchQuery(wanted.trim())).data?.conversations ?? [];
  const is = new Set(chosen.map((c) => c.id));
  const rows = (wanted.trim() ? found : offered).filter((c) => !except.includes(c.id) && !is.has(c.id));
  const toggle = (c: Conversation) =>
    choose(is.has(c.id) ? chosen.filter((x) => x.id !== c.id) : single ? [c] : [...chosen, c]);
  return (
    <>
      <label className={sheet.field}>
        {t("join_sheet.find")}
        <input
          // biome-ignore lint/a11y/noAutofocus: finding is the first thing done here
          autoFocus
          value={wanted}
          onChange={(e) => setWanted(e.target.value)}
          placeholder={t("palette.placeholder")}
        />
      </label>
      <ul className={sheet.people} aria-label={t("join_sheet.found")}>
        {[...chosen, ...rows].map((c) => (
          <li key={c.id}>
            <label className={css.choice}>
              <input
                type={single ? "radio" : "checkbox"}
                name="conversation"
                checked={is.has(c.id)}
                onChange={() => toggle(c)}
              />
              <span className="cut">
                #{c.number} {c.subject || t("list.no_subject")} · {c.customerName || c.address}
              </span>
              <Pill>{t(`status.${c.status}`)}</Pill>
            </label>
          </li>
        ))}
        {chosen.length + rows.length === 0 && <li className={sheet.hint}>{t("move.none")}</li>}
      </ul>
    </>
  );
}
