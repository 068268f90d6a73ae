import { Button } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { get, newKey, post } from "../../api/client";
import type { Conversation } from "../../api/types";
import { keepAnswer } from "../../app/client";
import { useFormat } from "../../i18n/format";
import { Sheet, SheetBody } from "../../parts/Sheet";
import { toast } from "../../parts/toast";
import { inWords } from "../../parts/trouble";
import { ActionFields } from "../../settings/macros/ActionFields";
import type { Action } from "../compose/macro/types";
import css from "./bulk.module.css";
import { canUndo, isOver, Progress, type Work } from "./Progress";
import { type Picked, pickNone } from "./picked";

type Simple = "wake" | "mark_spam" | "not_spam" | "trash" | "restore";
const simple: Simple[] = ["trash", "restore", "mark_spam", "not_spam", "wake"];

interface Preview {
  total: number;
  capped?: boolean;
  estimate?: boolean;
  looked: number;
  changes: number;
  skipped: { why: string; count: number; examples: Conversation[] }[];
}

/** What is to be done with what is chosen: put together, looked at, begun, and followed to its end. */
export function BulkSheet({ picked, close }: { picked: Picked; close: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const client = useQueryClient();
  const [actions, setActions] = useState<Action[]>([]);
  const [also, setAlso] = useState<Simple[]>([]);
  const [key] = useState(newKey);
  const [id, setId] = useState(0);
  const [busy, setBusy] = useState(false);
  const request = {
    ...(picked.all ? { view: picked.view } : { conversations: [...picked.ids] }),
    actions: [...actions, ...also.map((d) => ({ do: d }))],
  };
  const asked = JSON.stringify(request);
  const ready = request.actions.length > 0;
  const preview = useQuery({
    queryKey: ["bulk", "preview", asked],
    queryFn: () => post<Preview>("/bulk/preview", request),
    enabled: ready && id === 0,
    placeholderData: (last) => last,
    retry: false,
  });
  const work = useQuery({ queryKey: ["bulk", id], queryFn: () => get<Work>(`/bulk/${id}`), enabled: id > 0 });

  async function ask(path: string, body?: unknown, idempotency?: string) {
    setBusy(true);
    try {
      const w = await post<Work>(path, body, idempotency);
      keepAnswer(client, ["bulk", w.id], w);
      setId(w.id);
    } catch (err) {
      toast(inWords(t, err), { tone: "bad" });
    } finally {
      setBusy(false);
    }
  }
  const w = work.data;
  const over = w && isOver(w);
  const leave = () => {
    if (over) pickNone();
    close();
  };
  return (
    <Sheet label={t("bulk.title")} close={leave}>
      <SheetBody
        title={t("bulk.title")}
        foot={
          w ? (
            <>
              {!over && <Button onClick={() => void ask(`/bulk/${id}/cancel`)}>{t("bulk.cancel")}</Button>}
              {canUndo(w) && (
                <Button loading={busy} onClick={() => void ask(`/bulk/${id}/undo`)}>
                  {t("common.undo")}
                </Button>
              )}
              <Button variant="filled" onClick={leave}>
                {t(over ? "common.close" : "bulk.behind")}
              </Button>
            </>
          ) : (
            <>
              <Button onClick={close}>{t("common.cancel")}</Button>
              <Button
                variant="filled"
                disabled={!ready || !!preview.error}
                loading={busy}
                onClick={() => void ask("/bulk", request, key)}
              >
                {t("bulk.begin")}
              </Button>
            </>
          )
        }
      >
        <div className={css.sheet}>
          {w ? (
            <Progress work={w} />
          ) : (
            <>
              <ActionFields actions={actions} change={setActions} error={() => undefined} />
              <fieldset>
                <legend>{t("bulk.also")}</legend>
                {simple.map((d) => (
                  <label key={d}>
                    <input
                      type="checkbox"
                      checked={also.includes(d)}
                      onChange={(e) => setAlso(e.target.checked ? [...also, d] : also.filter((x) => x !== d))}
                    />{" "}
                    {t(`bulk.do.${d}`)}{" "}
                  </label>
                ))}
              </fieldset>
              {ready && preview.error && <p>{inWords(t, preview.error)}</p>}
              {ready && preview.data && !preview.error && (
                <section className={css.result} aria-live="polite">
                  <strong>
                    {t("bulk.will_change", { count: preview.data.changes, shown: format.number(preview.data.changes) })}
                  </strong>
                  {preview.data.looked < preview.data.total && (
                    <p>
                      {t("bulk.judged", {
                        looked: format.number(preview.data.looked),
                        total: format.count(preview.data.total, preview.data.capped),
                      })}
                    </p>
                  )}
                  <ul>
                    {preview.data.skipped.map((s) => (
                      <li key={s.why}>
                        {t(`bulk.why.${s.why}`)}: {format.number(s.count)}
                        {s.examples.length > 0 && ` (${s.examples.map((c) => `#${c.number}`).join(", ")})`}
                      </li>
                    ))}
                  </ul>
                </section>
              )}
            </>
          )}
        </div>
      </SheetBody>
    </Sheet>
  );
}
