import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { get } from "../../api/client";
import type { Conversation, Page } from "../../api/types";
import { useFormat } from "../../i18n/format";
import css from "./bulk.module.css";

export interface Work {
  id: number;
  state: "gathering" | "running" | "done" | "cancelled" | "undoing" | "undone";
  /** The conversation whose incidents are answered. */
  problem?: number;
  total: number;
  changed: number;
  skipped: number;
  failed: number;
  undone: number;
  kept: number;
}

/** Whether nothing goes on any more. */
export const isOver = (w: Work) => w.state === "done" || w.state === "cancelled" || w.state === "undone";

/** Whether something is left to put back. */
export const canUndo = (w: Work) => isOver(w) && w.changed > w.undone + w.kept;

/** How many conversations ended how. */
export function Amounts({ work: w }: { work: Work }) {
  const { t } = useTranslation();
  const format = useFormat();
  const back = w.state === "undoing" || w.state === "undone";
  const kind = w.problem ? "answer" : "bulk";
  return (
    <ul>
      <li>{t(`${kind}.changed`, { count: w.changed, shown: format.number(w.changed) })}</li>
      {w.skipped > 0 && <li>{t("bulk.skipped", { count: w.skipped, shown: format.number(w.skipped) })}</li>}
      {w.failed > 0 && <li>{t("bulk.failed", { count: w.failed, shown: format.number(w.failed) })}</li>}
      {back && <li>{t(`${kind}.undone`, { count: w.undone, shown: format.number(w.undone) })}</li>}
      {w.kept > 0 && <li>{t(`${kind}.kept`, { count: w.kept, shown: format.number(w.kept) })}</li>}
    </ul>
  );
}

/** How far work is, how it ended, and where it failed. */
export function Progress({ work: w }: { work: Work }) {
  const { t } = useTranslation();
  const back = w.state === "undoing" || w.state === "undone";
  const done = back ? w.undone + w.kept : w.changed + w.skipped + w.failed;
  const total = back ? w.changed : w.total;
  const left = useQuery({
    queryKey: ["bulk", w.id, "lines", w.state, w.failed],
    queryFn: () =>
      get<Page<{ conversation: Conversation; why: string }>>(`/bulk/${w.id}/lines`, { state: "failed" }).then(
        (p) => p.items,
      ),
    enabled: w.failed > 0,
  });
  return (
    <section className={css.result} aria-live="polite">
      <strong>{t(`bulk.state.${w.state}`)}</strong>
      <progress
        className={css.progress}
        max={Math.max(1, total)}
        value={w.state === "gathering" ? undefined : done}
        aria-label={t("bulk.title")}
      />
      <Amounts work={w} />
      {left.data && left.data.length > 0 && (
        <ul>
          {left.data.map((l) => (
            <li key={l.conversation.id}>
              #{l.conversation.number} {l.conversation.subject}: {t(`form.refusal.${l.why}`)}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
