// biome-ignore-all lint/a11y/useSemanticElements: a table whose rows are drawn as they are scrolled to cannot be one of HTML
// biome-ignore-all lint/a11y/useFocusableInteractive: the rows and cells that can be acted on take the focus
// biome-ignore-all lint/a11y/noStaticElementInteractions: the arrow keys move among the rows within
// biome-ignore-all lint/a11y/useKeyWithClickEvents: Enter and Space are taken by the table
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { memo, use, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useDirectory } from "../../api/queries";
import type { Conversation, Order } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { loadWords } from "../../i18n/i18n";
import { useNow } from "../../i18n/now";
import { Icon } from "../../parts/Icon";
import { typesQuery } from "../fields/queries";
import { dueTone } from "../list/due";
import { useRowKeys } from "../list/rowKeys";
import { useAttributeName, useAttributes } from "../views/attributes";
import { type Column, orderOf, sortOf } from "../views/saved";
import { type CellContext, cell } from "./cell";
import css from "./Table.module.css";

const words = loadWords("views");
const none: CellContext["types"] = [];

interface Props {
  view: string;
  rows: Conversation[];
  columns: Column[];
  sort: Order;
  setSort: (sort: Order) => void;
  /** Keeps widths and order of columns; absent where the reader may not. */
  setColumns?: (columns: Column[]) => void;
  more: boolean;
  fetchMore: () => void;
  picked: ReadonlySet<number>;
  pick: (row: Conversation, on: boolean, range: boolean) => void;
}

const usual: Record<string, number> = {
  subject: 280,
  preview: 360,
  customer: 165,
  tags: 150,
  number: 90,
  status: 100,
  priority: 100,
  due: 125,
  last: 120,
};
const estimateSize = () => 40;
const widthOf = (c: Column) => c.width || usual[c.key] || 140;

/** A view as a table: columns of the reader's choice, only the rows drawn that are seen. */
export default function Table({
  view,
  rows,
  columns,
  sort,
  setSort,
  setColumns,
  more,
  fetchMore,
  picked,
  pick,
}: Props) {
  use(words);
  const { t } = useTranslation();
  const navigate = useNavigate();
  const now = useNow();
  const directory = useDirectory();
  const attributes = useAttributes();
  const types = useQuery(typesQuery).data ?? none;
  const nameOf = useAttributeName();
  const scroller = useRef<HTMLDivElement>(null);
  const [wide, setWide] = useState<Record<string, number>>({});
  const [at, setAt] = useState(0);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize,
    getItemKey: useRowKeys(rows),
    overscan: 12,
  });
  const drawn = virtual.getVirtualItems();
  const last = drawn.at(-1)?.index ?? 0;
  useEffect(() => {
    if (more && last >= rows.length - 20) fetchMore();
  }, [more, last, rows.length, fetchMore]);
  const width = (c: Column) => wide[c.key] ?? widthOf(c);
  const template = `36px ${columns.map((c) => `${width(c)}px`).join(" ")}`;
  const by = sort.startsWith("by:") ? sortOf(sort) : undefined;

  function head(c: Column) {
    const a = attributes.find((x) => x.key === (c.key === "customer" ? "customer.name" : c.key));
    const key = a?.key ?? c.key;
    const on = by?.by === key;
    const label =
      c.key === "customer" || c.key === "preview" ? t(`views.column_${c.key}`) : a ? nameOf(a) : t("views.gone");
    return (
      <div
        key={c.key}
        role="columnheader"
        tabIndex={-1}
        className={css.head}
        aria-sort={on ? (by?.desc ? "descending" : "ascending") : "none"}
        draggable={setColumns !== undefined}
        onDragStart={(e) => e.dataTransfer.setData("text/tellus-column", c.key)}
        onDragOver={(e) => setColumns && e.preventDefault()}
        onDrop={(e) => move(e.dataTransfer.getData("text/tellus-column"), c.key)}
      >
        {a?.sorts ? (
          <button type="button" onClick={() => setSort(orderOf({ by: key, desc: on ? !by?.desc : false }) as Order)}>
            <span className="cut">{label}</span>
            {on && <Icon name="down" size={13} />}
          </button>
        ) : (
          <span className="cut">{label}</span>
        )}
        <span
          role="separator"
          aria-orientation="vertical"
          aria-label={t("views.resize", { column: label })}
          aria-valuenow={width(c)}
          tabIndex={0}
          className={css.grip}
          onPointerDown={(e) => resize(e, c)}
          onKeyDown={(e) => {
            const by = e.key === "ArrowLeft" ? -16 : e.key === "ArrowRight" ? 16 : 0;
            if (!by) return;
            e.preventDefault();
            keepWidth(c, width(c) + by);
          }}
        />
      </div>
    );
  }

  function keepWidth(c: Column, px: number) {
    const next = Math.max(60, Math.min(900, Math.round(px)));
    setWide((w) => ({ ...w, [c.key]: next }));
    setColumns?.(columns.map((x) => (x.key === c.key ? { ...x, width: next } : { ...x, width: width(x) })));
  }

  function resize(e: React.PointerEvent, c: Column) {
    e.preventDefault();
    const from = e.clientX;
    const before = width(c);
    let to = before;
    const moved = (m: PointerEvent) => {
      to = Math.max(60, before + m.clientX - from);
      setWide((w) => ({ ...w, [c.key]: to }));
    };
    const done = () => {
      window.removeEventListener("pointermove", moved);
      keepWidth(c, to);
    };
    window.addEventListener("pointermove", moved);
    window.addEventListener("pointerup", done, { once: true });
  }

  function move(from: string, to: string) {
    if (!setColumns || from === to) return;
    const moved = columns.find((c) => c.key === from);
    if (!moved) return;
    const rest = columns.filter((c) => c.key !== from);
    rest.splice(
      rest.findIndex((c) => c.key === to) + (columns.indexOf(moved) < columns.findIndex((c) => c.key === to) ? 1 : 0),
      0,
      moved,
    );
    setColumns(rest);
  }

  function open(row: Conversation) {
    void navigate({ to: "/view/$view/$number", params: { view, number: String(row.number) } });
  }

  function keys(e: React.KeyboardEvent) {
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: 12, PageUp: -12 }[e.key];
    const row = rows[at];
    if (by) {
      e.preventDefault();
      const next = Math.max(0, Math.min(rows.length - 1, at + by));
      setAt(next);
      virtual.scrollToIndex(next, { align: "auto" });
      requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>(`[data-index="${next}"]`)?.focus());
    } else if (row && e.key === "Enter" && e.target instanceof HTMLElement && e.target.dataset.index) {
      e.preventDefault();
      open(row);
    } else if (row && e.key === " " && e.target instanceof HTMLElement && e.target.dataset.index) {
      e.preventDefault();
      pick(row, !picked.has(row.id), e.shiftKey);
    }
  }

  return (
    <div ref={scroller} className={css.scroller} onKeyDown={keys}>
      <div role="table" aria-rowcount={more ? -1 : rows.length} className={css.table}>
        <div role="row" className={css.heads} style={{ gridTemplateColumns: template }}>
          <span role="columnheader" aria-label={t("views.picked_column")} />
          {columns.map(head)}
        </div>
        <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: "relative" }}>
          {drawn.map((item) => {
            const row = rows[item.index] as Conversation;
            return (
              <div
                key={item.key}
                role="row"
                tabIndex={item.index === at ? 0 : -1}
                data-index={item.index}
                data-number={row.number}
                data-unread={row.unread || undefined}
                aria-selected={picked.has(row.id)}
                className={css.row}
                style={{ gridTemplateColumns: template, transform: `translateY(${item.start}px)` }}
                onFocus={() => setAt(item.index)}
                onClick={() => open(row)}
              >
                <span role="cell">
                  <input
                    type="checkbox"
                    tabIndex={-1}
                    aria-label={t("list.pick", { number: row.number })}
                    checked={picked.has(row.id)}
                    onClick={(e) => {
                      e.stopPropagation();
                      pick(row, !picked.has(row.id), e.shiftKey);
                    }}
                    onChange={() => {}}
                  />
                </span>
                <Cells
                  row={row}
                  columns={columns}
                  attributes={attributes}
                  directory={directory}
                  types={types}
                  now={now}
                />
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

interface CellsProps extends Pick<CellContext, "attributes" | "directory" | "types" | "now"> {
  row: Conversation;
  columns: Column[];
}

/** What a row says, put into words again only where it changed: other rows are drawn anew with every step of a scroll. */
const Cells = memo(function Cells({ row, columns, ...known }: CellsProps) {
  const { t } = useTranslation();
  const format = useFormat();
  return columns.map((c) => (
    <span role="cell" key={c.key} className="cut" data-due={c.key === "due" ? dueTone(row, known.now) : undefined}>
      {cell(c.key, row, { ...known, format, t })}
    </span>
  ));
});
