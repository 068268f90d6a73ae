import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { tagsQuery, useDirectory } from "../../../api/queries";
import { useFormat } from "../../../i18n/format";
import { Icon } from "../../../parts/Icon";
import { fieldsQuery, typesQuery } from "../../fields/queries";
import css from "./MacroList.module.css";
import { Preview } from "./Preview";
import { filledQuery } from "./queries";
import type { MacroChoice } from "./suggestion";
import type { Where } from "./types";
import { actionWords } from "./words";

export const listId = "macro-list";
export const optionId = (macro: number) => `macro-${macro}`;

/** Macros to choose from, beside the cursor, with what the marked one says and does here. */
export default function MacroList({ state, where }: { state: MacroChoice; where: Where }) {
  const { t } = useTranslation();
  const marked = state.items[state.at];
  const list = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the marked one shall be in sight
  useEffect(() => {
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [marked?.id]);
  const above = state.top > window.innerHeight / 2;
  const wide = Math.min(620, window.innerWidth - 16);
  const left = Math.max(8, Math.min(state.left, window.innerWidth - wide - 8));
  return (
    <div
      className={css.float}
      data-above={above || undefined}
      style={{
        left,
        width: wide,
        ...(above ? { bottom: window.innerHeight - state.top + 6 } : { top: state.bottom + 6 }),
        maxHeight: (above ? state.top : window.innerHeight - state.bottom) - 16,
      }}
    >
      <div ref={list} className={css.list} role="listbox" id={listId} aria-label={t("macro.list")}>
        {state.items.map((m, i) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: keys go to the editor, which has the focus
          <div
            key={m.id}
            id={optionId(m.id)}
            role="option"
            tabIndex={-1}
            aria-selected={i === state.at}
            className={css.macro}
            onMouseDown={(e) => e.preventDefault()}
            onMouseMove={() => i !== state.at && state.move(i)}
            onClick={() => state.pick(m)}
          >
            <span className={css.words}>
              <b>{m.name}</b>
              {m.folder && <small>{m.folder.replaceAll("/", " › ")}</small>}
            </span>
            {m.audience === "personal" && <Icon name="person" size={14} />}
          </div>
        ))}
      </div>
      {marked && <Shown key={marked.id} macro={marked.id} where={where} />}
    </div>
  );
}

function Shown({ macro, where }: { macro: number; where: Where }) {
  const { t } = useTranslation();
  const format = useFormat();
  const directory = useDirectory();
  const tags = useQuery(tagsQuery).data ?? [];
  const types = useQuery(typesQuery).data;
  const fields = useQuery(fieldsQuery).data;
  const { data, error } = useQuery(filledQuery(macro, where));
  return (
    <section className={css.shown} aria-live="polite" aria-label={t("macro.preview")}>
      {error && <p className={css.quiet}>{t("macro.preview_failed")}</p>}
      {data && <Preview filled={data} />}
      {data && data.actions.length > 0 && (
        <p className={css.does}>
          {t(data.html ? "macro.also" : "macro.only", {
            what: format.list(
              data.actions.map((a) => actionWords(a, { t: t as never, format, directory, tags, types, fields })),
            ),
          })}
        </p>
      )}
    </section>
  );
}
