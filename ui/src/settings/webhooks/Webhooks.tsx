import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Pill } from "../../parts/Pill";
import { Sheet, SheetBody } from "../../parts/Sheet";
import { Failed, Quiet } from "../../parts/Trouble";
import { When } from "../../parts/When";
import { Copyable } from "../form/fields";
import { Bones, Page, Section } from "../form/Page";
import list from "../list.module.css";
import { Deliveries } from "./Deliveries";
import { EditWebhook } from "./EditWebhook";
import { type Told, type Webhook, webhooksQuery } from "./queries";

/** Other programs that rules call. */
export default function Webhooks() {
  const { t } = useTranslation();
  const hooks = useQuery(webhooksQuery);
  const [editing, setEditing] = useState<Webhook | "new">();
  const [told, setTold] = useState<Told>();
  const [looking, setLooking] = useState<number>();
  const looked = hooks.data?.find((w) => w.id === looking);
  return (
    <Page
      title={t("settings.webhooks.title")}
      about={t("webhook.about")}
      acts={
        <Button variant="filled" onClick={() => setEditing("new")}>
          {t("webhook.add")}
        </Button>
      }
    >
      {hooks.isPending && <Bones rows={2} />}
      {hooks.error && <Failed what={t("webhook.failed")} error={hooks.error} retry={() => void hooks.refetch()} />}
      {hooks.data?.length === 0 && (
        <Quiet icon="link" title={t("webhook.none")}>
          {t("webhook.none_text")}
        </Quiet>
      )}
      {hooks.data && hooks.data.length > 0 && (
        <Section flush>
          {hooks.data.map((w) => (
            <div key={w.id} className={`${list.row} ${list.wrap}`}>
              <div className={list.body}>
                <div className={list.name}>
                  {w.name} <Standing hook={w} />
                </div>
                <div className={list.more}>{w.host}</div>
                <div className={list.quiet}>
                  {w.takenAt ? (
                    <>
                      {t("webhook.taken_at")} <When at={w.takenAt} />
                    </>
                  ) : (
                    t("webhook.never_taken")
                  )}
                  {w.offAt && !w.active && (
                    <>
                      {" · "}
                      {t(`webhook.off_${w.offWhy || "failing"}`)} <When at={w.offAt} />
                    </>
                  )}
                  {w.oldUntil && (
                    <>
                      {" · "}
                      {t("webhook.old_until")} <When at={w.oldUntil} />
                    </>
                  )}
                </div>
              </div>
              <Button onClick={() => setLooking(w.id)} aria-label={`${t("webhook.deliveries")}: ${w.name}`}>
                {t("webhook.deliveries")}
              </Button>
              <Button onClick={() => setEditing(w)} aria-label={`${t("common.edit")}: ${w.name}`}>
                {t("common.edit")}
              </Button>
            </div>
          ))}
        </Section>
      )}
      {editing && (
        <EditWebhook
          hook={editing === "new" ? undefined : editing}
          close={() => setEditing(undefined)}
          told={(now) => {
            setEditing(undefined);
            setTold(now);
          }}
        />
      )}
      {told && (
        <Sheet label={t("webhook.secret")} close={() => setTold(undefined)}>
          <SheetBody
            title={t("webhook.secret")}
            foot={
              <Button variant="filled" onClick={() => setTold(undefined)}>
                {t("settings.recovery.done")}
              </Button>
            }
          >
            <p>{t("webhook.secret_once")}</p>
            <Copyable label={t("webhook.secret")} text={told.secret} />
            <p>{t("webhook.secret_verify")}</p>
          </SheetBody>
        </Sheet>
      )}
      {looked && <Deliveries hook={looked} close={() => setLooking(undefined)} />}
    </Page>
  );
}

function Standing({ hook: w }: { hook: Webhook }) {
  const { t } = useTranslation();
  if (!w.active) return <Pill tone={w.offWhy ? "late" : "warn"}>{t("webhook.off")}</Pill>;
  if (w.failingSince) return <Pill tone="late">{t("webhook.failing")}</Pill>;
  return null;
}
