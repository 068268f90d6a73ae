import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { post } from "../../api/client";
import type { Delivery, Message, Opened } from "../../api/types";
import { useMay } from "../../app/session";
import { useFormat } from "../../i18n/format";
import { useNow } from "../../i18n/now";
import { toast } from "../../parts/toast";
import { inWords } from "../../parts/trouble";
import css from "./DeliveryNote.module.css";
import { isScheduled, Scheduled } from "./Scheduled";

const bad = new Set(["failed", "bounced", "unsure"]);

/** How far a mail of ours has come, for each who should have it, in the words of the other server where it refused. */
export function DeliveryNote({ message: m, opened }: { message: Message; opened: Opened }) {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow();
  const mayWrite = useMay("conversation.write");
  if (m.kind !== "outgoing" || !m.state) return null;
  const deliveries = m.deliveries ?? [];
  const troubled = deliveries.filter((d) => bad.has(d.state));
  const name = (address: string) => [...m.to, ...m.cc, ...m.bcc].find((a) => a.address === address)?.name || address;

  if (troubled.length > 0 || bad.has(m.state)) {
    const fine = deliveries.filter((d) => d.state === "sent");
    return (
      <div className={css.trouble}>
        <b>
          {t(
            troubled.every((d) => d.state === "unsure") && troubled.length > 0
              ? "delivery.unsure_title"
              : "delivery.failed_title",
          )}
        </b>
        {(troubled.length > 0 ? troubled : [undefined]).map((d) => (
          <Trouble
            key={d?.recipient ?? "all"}
            delivery={d}
            message={m}
            opened={opened}
            mayWrite={mayWrite}
            name={name}
          />
        ))}
        {fine.length > 0 && (
          <p>{t("delivery.got_it", { names: format.list(fine.map((d) => name(d.recipient))), count: fine.length })}</p>
        )}
      </div>
    );
  }
  if (isScheduled(m)) return <Scheduled message={m} opened={opened} />;
  const waiting = deliveries.find(
    (d) => d.nextTryAt && d.attempts > 0 && (d.state === "queued" || d.state === "sending"),
  );
  const quiet =
    waiting?.nextTryAt && (m.state === "queued" || m.state === "sending")
      ? t("delivery.retrying", { when: format.moment(Date.parse(waiting.nextTryAt), now), error: waiting.error ?? "" })
      : m.state === "queued" || m.state === "sending" || m.state === "cancelled"
        ? t(`delivery.${m.state}`)
        : "";
  if (!quiet) return null;
  return <p className={css.quiet}>{quiet}</p>;
}

interface TroubleProps {
  delivery: Delivery | undefined;
  message: Message;
  opened: Opened;
  mayWrite: boolean;
  name: (address: string) => string;
}

function Trouble({ delivery: d, message, opened, mayWrite, name }: TroubleProps) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [replacing, setReplacing] = useState(false);
  const [busy, setBusy] = useState(false);

  async function again(body: { recipients?: string[]; replace?: Record<string, string> }) {
    setBusy(true);
    try {
      await post(`/messages/${message.id}/retry`, body);
      await client.invalidateQueries({ queryKey: ["conversation", opened.conversation.number] });
      toast(t("delivery.again_done"));
      setReplacing(false);
    } catch (err) {
      toast(inWords(t, err), { tone: "bad" });
    }
    setBusy(false);
  }

  const who = d ? name(d.recipient) : "";
  const said = [d?.error, d?.status && !d.error?.includes(d.status) ? `(${d.status})` : ""].filter(Boolean).join(" ");
  return (
    <div className={css.one}>
      <p>
        {d ? t(`delivery.${d.state}_to`, { name: who }) : t(`delivery.${message.state}`)}
        {said && <span className={css.said}> {t("delivery.said", { words: said })}</span>}
      </p>
      {mayWrite && (
        <p className={css.acts}>
          <button type="button" disabled={busy} onClick={() => void again(d ? { recipients: [d.recipient] } : {})}>
            {d ? t("delivery.again_to", { name: who.split(" ")[0] }) : t("delivery.again")}
          </button>
          {d && (
            <>
              {" · "}
              <button type="button" aria-expanded={replacing} onClick={() => setReplacing(!replacing)}>
                {t("delivery.other_address")}
              </button>
            </>
          )}
        </p>
      )}
      {d && replacing && (
        <form
          className={css.form}
          onSubmit={(e) => {
            e.preventDefault();
            const next = String(new FormData(e.currentTarget).get("address") ?? "").trim();
            if (next) void again({ recipients: [d.recipient], replace: { [d.recipient]: next } });
          }}
        >
          <input
            name="address"
            type="email"
            required
            aria-label={t("delivery.new_address")}
            placeholder={t("delivery.new_address")}
            defaultValue={d.recipient}
          />
          <button type="submit" disabled={busy}>
            {t("delivery.send_there")}
          </button>
        </form>
      )}
    </div>
  );
}
