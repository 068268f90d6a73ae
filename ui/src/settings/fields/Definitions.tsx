import { Button } from "@mantine/core";
import { type UseQueryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { put } from "../../api/client";
import type { Time } from "../../api/types";
import { Icon, type IconName } from "../../parts/Icon";
import { Pill } from "../../parts/Pill";
import { Failed, Quiet } from "../../parts/Trouble";
import { toast } from "../../parts/toast";
import { inWords } from "../../parts/trouble";
import { Bones, Page, Section } from "../form/Page";
import list from "../list.module.css";
import { moved } from "./moved";

/** Something that a company defines: a field, a type, a checklist. */
export interface Defined {
  id: number;
  name: string;
  archivedAt?: Time;
}

interface Props<T extends Defined> {
  /** Which words the page has: settings.{area}.title, about, create, failed, none. */
  area: "fields" | "types" | "checklists";
  icon: IconName;
  /** What an empty page says. */
  empty: string;
  query: UseQueryOptions<T[], Error, T[], string[]>;
  /** Where their order is put; they have none of their own where it is missing. */
  order?: string;
  /** The parts of the list, each with an order of its own; one where it is missing. */
  parts?: (all: T[]) => { key: string; title?: string; of: T[] }[];
  /** What stands in the first line and below it. */
  head: (item: T) => ReactNode;
  about: (item: T) => string;
  edit: (item: T | undefined, close: () => void) => ReactNode;
}

/** A settings page of things that a company defines, in an order that is changed by dragging, by Alt with an arrow key, or by a button. */
export function Definitions<T extends Defined>({
  area,
  icon,
  empty,
  query,
  order,
  parts,
  head,
  about,
  edit,
}: Props<T>) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const found = useQuery(query);
  const [editing, setEditing] = useState<T | "new">();
  const all = found.data ?? [];

  function arrange(part: T[], item: number, to: number) {
    const next = moved(part, item, to);
    if (next === part) return;
    const before = all;
    const rest = [...next];
    client.setQueryData<T[]>(
      query.queryKey,
      all.map((x) => (part.includes(x) ? (rest.shift() as T) : x)),
    );
    put(order as string, { ids: next.map((x) => x.id) }).then(
      () => client.invalidateQueries({ queryKey: query.queryKey }),
      (err) => {
        client.setQueryData(query.queryKey, before);
        toast(inWords(t, err), { tone: "bad" });
      },
    );
  }

  return (
    <Page
      title={t(`settings.${area}.title`)}
      about={t(`settings.${area}.about`)}
      acts={
        <Button variant="filled" onClick={() => setEditing("new")}>
          {t(`settings.${area}.create`)}
        </Button>
      }
    >
      {found.isPending && <Bones rows={3} />}
      {found.error && (
        <Failed what={t(`settings.${area}.failed`)} error={found.error} retry={() => void found.refetch()} />
      )}
      {found.data?.length === 0 && (
        <Quiet icon={icon} title={t(`settings.${area}.none`)}>
          <p>{empty}</p>
        </Quiet>
      )}
      {(parts?.(all) ?? [{ key: area, title: undefined, of: all }])
        .filter((part) => part.of.length > 0)
        .map((part) => (
          <Section key={part.key} title={part.title} flush>
            {part.of.map((item, at) => (
              <Row
                key={item.id}
                item={item}
                head={head(item)}
                about={about(item)}
                edit={() => setEditing(item)}
                move={order ? (id, by) => arrange(part.of, id, by === undefined ? at : at + by) : undefined}
                first={at === 0}
              />
            ))}
          </Section>
        ))}
      {editing && edit(editing === "new" ? undefined : editing, () => setEditing(undefined))}
    </Page>
  );
}

interface RowProps {
  item: Defined;
  head: ReactNode;
  about: string;
  edit: () => void;
  /** Puts an item in this one's place, or this one some places further. */
  move: ((item: number, by?: number) => void) | undefined;
  first: boolean;
}

const dragged = "text/tellus-definition";

function Row({ item, head, about, edit, move, first }: RowProps) {
  const { t } = useTranslation();
  const up = t("settings.fields.up", { name: item.name });
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dragging, and the keys of its buttons, are shortcuts for the button that moves it
    <div
      className={list.row}
      data-off={item.archivedAt ? true : undefined}
      draggable={move !== undefined}
      onDragStart={(e) => e.dataTransfer.setData(dragged, String(item.id))}
      onDragOver={(e) => move && e.dataTransfer.types.includes(dragged) && e.preventDefault()}
      onDrop={(e) => {
        const id = Number(e.dataTransfer.getData(dragged));
        if (!move || !id) return;
        e.preventDefault();
        move(id);
      }}
      onKeyDown={(e) => {
        const by = e.altKey && (e.key === "ArrowUp" ? -1 : e.key === "ArrowDown" ? 1 : 0);
        if (!move || !by) return;
        e.preventDefault();
        move(item.id, by);
      }}
    >
      <div className={list.body}>
        <div className={list.name}>
          {head}
          {item.archivedAt && <Pill>{t("settings.fields.archived")}</Pill>}
        </div>
        {about && <div className={list.quiet}>{about}</div>}
      </div>
      <div className={list.acts}>
        {move && !first && (
          <Button onClick={() => move(item.id, -1)} aria-label={up} title={`${up} (Alt ↑ ↓)`}>
            <span style={{ display: "inline-flex", transform: "rotate(180deg)" }}>
              <Icon name="down" size={15} />
            </span>
          </Button>
        )}
        <Button onClick={edit} aria-label={`${t("common.edit")}: ${item.name}`}>
          {t("common.edit")}
        </Button>
      </div>
    </div>
  );
}
