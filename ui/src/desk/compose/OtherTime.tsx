import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { post } from "../../api/client";
import { scheduledQuery } from "../../api/queries";
import { useMe } from "../../app/session";
import { useFormat } from "../../i18n/format";
import { useNow } from "../../i18n/now";
import { fieldOf, fromField } from "../../i18n/zone";
import { DateInput } from "../../parts/DateInput";
import { Choice, Pick, PickTitle } from "../../parts/Pick";
import { toast } from "../../parts/toast";
import { inWords } from "../../parts/trouble";
import { snoozeTimes } from "../conversation/snooze";
import css from "./SendMenu.module.css";

interface Props {
  message: number;
  /** Of its conversation. */
  number: number;
  /** When it would leave, as an instant of the API. */
  sendAt: string | null | undefined;
  className?: string;
}

/** Gives a scheduled mail another time to leave. */
export default function OtherTime({ message, number, sendAt, className }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const client = useQueryClient();
  const zone = useMe().timeZone;
  const now = useNow();
  const [open, setOpen] = useState(false);
  const [busy, setBusy] = useState(false);
  const was = sendAt ? Date.parse(sendAt) : 0;
  const [own, setOwn] = useState(was > now ? fieldOf(was, zone) : "");
  const ownAt = fromField(own, zone);

  async function leave(at: number) {
    setOpen(false);
    setBusy(true);
    try {
      await post(`/messages/${message}/reschedule`, { sendAt: new Date(at).toISOString() });
      toast(t("delivery.rescheduled", { when: format.weekdayMoment(at) }));
    } catch (err) {
      toast(inWords(t, err), { tone: "bad" });
    }
    await Promise.all([
      client.invalidateQueries({ queryKey: ["conversation", number] }),
      client.invalidateQueries({ queryKey: scheduledQuery.queryKey }),
    ]);
    setBusy(false);
  }
  return (
    <Pick
      label={t("delivery.other_time")}
      open={open}
      setOpen={setOpen}
      target={
        <button type="button" className={className} disabled={busy} onClick={() => setOpen(!open)}>
          {t("delivery.other_time")}
        </button>
      }
    >
      <PickTitle>{t("delivery.other_time")}</PickTitle>
      {snoozeTimes(now, zone).map((s) => (
        <Choice key={s.key} right={format.weekdayMoment(s.at)} run={() => void leave(s.at)}>
          {t(`snooze.${s.key}`)}
        </Choice>
      ))}
      <form
        className={css.own}
        onSubmit={(e) => {
          e.preventDefault();
          if (ownAt && ownAt > Date.now()) void leave(ownAt);
        }}
      >
        <DateInput time label={t("snooze.own")} value={own} min={fieldOf(now, zone)} change={setOwn} />
        <button type="submit" disabled={!ownAt || ownAt <= now}>
          {t("compose.schedule")}
        </button>
      </form>
    </Pick>
  );
}
