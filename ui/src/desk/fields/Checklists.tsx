import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { del, post, put } from "../../api/client";
import { useDirectory } from "../../api/queries";
import type { Conversation } from "../../api/types";
import { useMay } from "../../app/session";
import { useFormat } from "../../i18n/format";
import { useNow } from "../../i18n/now";
import { Icon } from "../../parts/Icon";
import { toast } from "../../parts/toast";
import { inWords } from "../../parts/trouble";
import css from "./fields.module.css";
import { checklistsQuery, templatesQuery } from "./queries";
import type { Checklist } from "./types";

const ticks = new Map<number, Promise<unknown>>();

/** Waits until what was ticked in a conversation is kept: what is done next may hang on it. */
export const ticked = async (conversation: number) => {
  await ticks.get(conversation);
  ticks.delete(conversation);
};

/** What is to be done in a conversation, ticked with who and when. */
export function Checklists({ row }: { row: Conversation }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const mayWrite = useMay("conversation.write");
  const lists = useQuery({ ...checklistsQuery(row.id), enabled: (row.checks ?? 0) > 0 || mayWrite }).data ?? [];
  const templates = (useQuery(templatesQuery).data ?? []).filter(
    (k) => !k.archivedAt && !lists.some((l) => l.template === k.id),
  );
  const key = checklistsQuery(row.id).queryKey;
  const path = `/conversations/${row.id}/checklists`;
  const run = (work: Promise<{ items: Checklist[] }>) =>
    work.then(
      (answer) => client.setQueryData(key, answer.items),
      (err) => toast(inWords(t, err), { tone: "bad" }),
    );
  const tick = (item: number, done: boolean) => {
    client.setQueryData<Checklist[]>(key, (now) =>
      now?.map((l) => ({
        ...l,
        items: l.items.map((i) => (i.id === item ? { ...i, doneAt: done ? new Date().toISOString() : null } : i)),
      })),
    );
    const kept = put<{ items: Checklist[] }>(`/conversations/${row.id}/checks/${item}`, { done });
    ticks.set(row.id, Promise.allSettled([ticks.get(row.id), kept]));
    void run(kept).then(() => client.invalidateQueries({ queryKey: key }));
  };
  const remove = (l: Checklist) =>
    void run(del(`${path}/${l.id}`)).then(() =>
      toast(t("field.checklist_gone", { name: l.name }), {
        stays: 8000,
        action: { label: t("common.undo"), run: () => void run(post(`${path}/${l.id}/restore`)) },
      }),
    );
  if (lists.length === 0 && (templates.length === 0 || !mayWrite)) return null;
  return (
    <section aria-label={t("field.checklists")}>
      <h3>{t("field.checklists")}</h3>
      {lists.map((l) => (
        <div key={l.id} className={css.check}>
          <p className={css.listHead}>
            <span>{l.name}</span>
            <span className={css.quiet}>
              {l.items.filter((i) => i.doneAt).length}/{l.items.length}
            </span>
            {mayWrite && (
              <button
                type="button"
                className={css.bare}
                aria-label={t("field.remove", { name: l.name })}
                onClick={() => remove(l)}
              >
                <Icon name="close" size={14} />
              </button>
            )}
          </p>
          <ul className={css.list}>
            {l.items.map((i) => (
              <li key={i.id}>
                <label>
                  <input
                    type="checkbox"
                    disabled={!mayWrite}
                    checked={Boolean(i.doneAt)}
                    onChange={(e) => tick(i.id, e.target.checked)}
                  />
                  <span>
                    <span className={i.doneAt ? css.done : undefined}>{i.words}</span>
                    {i.required && !i.doneAt && <span className={css.needed}> *</span>}
                    <Done item={i} />
                  </span>
                </label>
              </li>
            ))}
          </ul>
        </div>
      ))}
      {mayWrite && templates.length > 0 && (
        <select
          className={css.input}
          aria-label={t("field.add_checklist")}
          value=""
          onChange={(e) => void run(post(path, { template: Number(e.target.value) }))}
        >
          <option value="">{t("field.add_checklist")}</option>
          {templates.map((k) => (
            <option key={k.id} value={k.id}>
              {k.name}
            </option>
          ))}
        </select>
      )}
    </section>
  );
}

function Done({ item }: { item: Checklist["items"][number] }) {
  const directory = useDirectory();
  const format = useFormat();
  const now = useNow();
  if (!item.doneAt || !item.doneBy) return null;
  return (
    <span className={css.quiet}>
      {" "}
      {directory.agent(item.doneBy)?.name} · {format.moment(Date.parse(item.doneAt), now)}
    </span>
  );
}
