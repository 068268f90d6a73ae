import { useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { post } from "../../api/client";
import { scheduledQuery } from "../../api/queries";
import type { Draft, Message, Opened } from "../../api/types";
import { useMay } from "../../app/session";
import { useFormat } from "../../i18n/format";
import { Icon } from "../../parts/Icon";
import { toast } from "../../parts/toast";
import { inWords } from "../../parts/trouble";
import { recall } from "../compose/recall";
import css from "./Scheduled.module.css";

const OtherTime = lazy(() => import("../compose/OtherTime"));

/** Whether a mail waits for a time that was chosen. */
export const isScheduled = (m: Message) =>
  m.state === "queued" && Boolean(m.sendAt) && (m.deliveries ?? []).every((d) => d.attempts === 0);

/** When a mail will leave, or that it is held back, and the two ways to go on: at once, or back into the editor. */
export function Scheduled({ message: m, opened }: { message: Message; opened: Opened }) {
  const { t } = useTranslation();
  const format = useFormat();
  const client = useQueryClient();
  const mayWrite = useMay("conversation.write");
  const [busy, setBusy] = useState(false);
  const { id, number } = opened.conversation;

  async function attempt(work: () => Promise<void>) {
    setBusy(true);
    try {
      await work();
    } catch (err) {
      toast(inWords(t, err), { tone: "bad" });
    }
    void client.invalidateQueries({ queryKey: ["conversation", number] });
    void client.invalidateQueries({ queryKey: scheduledQuery.queryKey });
    setBusy(false);
  }

  const sendNow = () =>
    attempt(async () => {
      await post(`/messages/${m.id}/reschedule`, {});
      toast(t("compose.sent"));
    });
  const takeBack = () =>
    attempt(async () => {
      const draft = await post<Draft>(`/messages/${m.id}/cancel`);
      await client.invalidateQueries({ queryKey: ["conversation", number] });
      recall(id, { html: draft.body.html, note: false, recipients: draft.body, files: draft.files });
    });

  return (
    <div className={m.heldBack ? css.held : css.scheduled}>
      <Icon name={m.heldBack ? "alert" : "clock"} size={15} />
      <p>
        {m.heldBack
          ? t("delivery.held")
          : t("delivery.scheduled", { when: format.weekdayMoment(Date.parse(m.sendAt ?? "")) })}
      </p>
      {mayWrite && (
        <span className={css.acts}>
          <button type="button" disabled={busy} onClick={() => void sendNow()}>
            {t("delivery.send_now")}
          </button>
          <Suspense>
            <OtherTime message={m.id} number={number} sendAt={m.sendAt} />
          </Suspense>
          <button type="button" disabled={busy} onClick={() => void takeBack()}>
            {t("delivery.take_back")}
          </button>
        </span>
      )}
    </div>
  );
}
