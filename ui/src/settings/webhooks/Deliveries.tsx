import { Button } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { post } from "../../api/client";
import { useFormat } from "../../i18n/format";
import { Pill } from "../../parts/Pill";
import { Sheet, SheetBody } from "../../parts/Sheet";
import { Failed } from "../../parts/Trouble";
import { toast } from "../../parts/toast";
import { inWords } from "../../parts/trouble";
import { When } from "../../parts/When";
import list from "../list.module.css";
import { type Delivery, deliveriesQuery, type Webhook } from "./queries";
import css from "./Webhooks.module.css";

const tones = { waiting: "warn", taken: "ok", failed: "late" } as const;

/** The last calls of a webhook, and what became of each. */
export function Deliveries({ hook, close }: { hook: Webhook; close: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const found = useQuery(deliveriesQuery(hook.id));
  const [busy, setBusy] = useState<number | "test">();

  async function send(path: string, which: number | "test") {
    setBusy(which);
    try {
      await post(`/webhooks/${hook.id}/${path}`, {});
      await client.invalidateQueries({ queryKey: ["webhooks"] });
    } catch (err) {
      toast(inWords(t, err), { tone: "bad" });
    } finally {
      setBusy(undefined);
    }
  }

  return (
    <Sheet label={t("webhook.deliveries")} close={close}>
      <SheetBody
        title={`${t("webhook.deliveries")}: ${hook.name}`}
        foot={
          <>
            <Button disabled={!hook.active} loading={busy === "test"} onClick={() => void send("test", "test")}>
              {t("webhook.test")}
            </Button>
            <Button onClick={close}>{t("common.close")}</Button>
          </>
        }
      >
        <p>{t("webhook.deliveries_about")}</p>
        {found.error && <Failed what={t("webhook.failed")} error={found.error} retry={() => void found.refetch()} />}
        {found.data?.length === 0 && <p>{t("webhook.deliveries_none")}</p>}
        <ul className={css.calls}>
          {found.data?.map((d) => (
            <One
              key={d.id}
              one={d}
              again={hook.active && d.state !== "waiting" && !d.erased}
              busy={busy === d.id}
              send={() => void send(`deliveries/${d.id}/again`, d.id)}
            />
          ))}
        </ul>
      </SheetBody>
    </Sheet>
  );
}

interface OneProps {
  one: Delivery;
  again: boolean;
  busy: boolean;
  send: () => void;
}

function One({ one: d, again, busy, send }: OneProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const what = d.kind === "webhook.test" ? t("webhook.kind_test") : t("webhook.kind_rule", { number: d.number });
  const ms = (d.took ?? 0) / 1000;
  return (
    <li className={`${list.row} ${list.wrap}`}>
      <div className={list.body}>
        <div className={list.name}>
          <Pill tone={tones[d.state]}>{t(`webhook.state_${d.state}`)}</Pill> {what}
        </div>
        <div className={list.more}>
          {[
            d.status ? t("webhook.status", { status: d.status }) : "",
            d.why && d.why !== "status" ? t(`webhook.why_${d.why}`) : "",
            d.tries ? t("webhook.tries", { count: d.tries }) : "",
            d.tries ? format.number(ms < 10 ? Math.round(ms * 10) / 10 : Math.round(ms)) + " ms" : "",
          ]
            .filter(Boolean)
            .join(" · ")}
        </div>
        <div className={list.quiet}>
          <When at={d.createdAt} />
          {d.state === "waiting" && d.nextAt && d.tries > 0 && (
            <>
              {" · "}
              {t("webhook.next")} <When at={d.nextAt} />
            </>
          )}
          {d.erased && ` · ${t("webhook.erased")}`}
        </div>
        <details className={css.more}>
          <summary>{t("webhook.details")}</summary>
          <div className={list.quiet}>webhook-id: {d.uid}</div>
          {d.answer && <pre className={css.answer}>{d.answer}</pre>}
        </details>
      </div>
      {again && (
        <Button loading={busy} onClick={send} aria-label={`${t("webhook.again")}: ${what}`}>
          {t("webhook.again")}
        </Button>
      )}
    </li>
  );
}
