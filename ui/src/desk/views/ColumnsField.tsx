import { type KeyboardEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "../../parts/Icon";
import { hasCell } from "../table/cell";
import { useAttributeName, useAttributes } from "./attributes";
import type { Column } from "./saved";
import css from "./views.module.css";

interface Props {
  columns: Column[];
  change: (columns: Column[]) => void;
}

/** Which columns a table has and in which order: dragged, or moved by Alt and the arrow keys. */
export function ColumnsField({ columns, change }: Props) {
  const { t } = useTranslation();
  const attributes = useAttributes();
  const nameOf = useAttributeName();
  const list = useRef<HTMLUListElement>(null);
  const [said, setSaid] = useState("");
  const own = ["customer", "preview"];
  const name = (key: string) => {
    if (own.includes(key)) return t(`views.column_${key}`);
    const a = attributes.find((x) => x.key === key);
    return a ? nameOf(a) : t("views.gone");
  };
  const offered = [...own, ...attributes.filter(hasCell).map((a) => a.key)].filter(
    (key) => !columns.some((c) => c.key === key),
  );

  function move(from: number, to: number) {
    const moved = columns[from];
    if (!moved || to < 0 || to >= columns.length || from === to) return;
    const rest = columns.filter((_, i) => i !== from);
    rest.splice(to, 0, moved);
    change(rest);
    setSaid(t("views.column_at", { name: name(moved.key), place: to + 1, count: columns.length }));
    requestAnimationFrame(() => list.current?.querySelectorAll<HTMLElement>("[data-column]")[to]?.focus());
  }
  function keys(e: KeyboardEvent, i: number) {
    const by = e.altKey && (e.key === "ArrowUp" ? -1 : e.key === "ArrowDown" ? 1 : 0);
    if (by) {
      e.preventDefault();
      move(i, i + by);
    } else if (e.key === "Delete") {
      e.preventDefault();
      change(columns.filter((_, n) => n !== i));
    }
  }
  return (
    <fieldset className={css.columns}>
      <legend>{t("views.columns")}</legend>
      <p id="columns-hint" className={css.hint}>
        {t("views.columns_hint")}
      </p>
      <ul ref={list}>
        {columns.map((c, i) => (
          <li
            key={c.key}
            draggable
            onDragStart={(e) => e.dataTransfer.setData("text/tellus-column", String(i))}
            onDragOver={(e) => e.preventDefault()}
            onDrop={(e) => {
              e.preventDefault();
              move(Number(e.dataTransfer.getData("text/tellus-column")), i);
            }}
          >
            <button
              type="button"
              data-column
              className={css.column}
              aria-describedby="columns-hint"
              onKeyDown={(e) => keys(e, i)}
            >
              <Icon name="menu" size={14} />
              <span className="cut">{name(c.key)}</span>
            </button>
            <button
              type="button"
              className={css.icon}
              aria-label={t("views.remove_column", { name: name(c.key) })}
              onClick={() => change(columns.filter((_, n) => n !== i))}
            >
              <Icon name="close" size={14} />
            </button>
          </li>
        ))}
      </ul>
      <select
        aria-label={t("views.add_column")}
        value=""
        onChange={(e) => e.target.value && change([...columns, { key: e.target.value }])}
      >
        <option value="">{t("views.add_column")}</option>
        {offered.map((key) => (
          <option key={key} value={key}>
            {name(key)}
          </option>
        ))}
      </select>
      <span className="unseen" aria-live="polite">
        {said}
      </span>
    </fieldset>
  );
}
