import { Button } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { del, post } from "../../api/client";
import { pushQuery } from "../../notices/device";
import { Pill } from "../../parts/Pill";
import { Failed } from "../../parts/Trouble";
import { toast } from "../../parts/toast";
import { inWords } from "../../parts/trouble";
import { When } from "../../parts/When";
import { Bones, Section } from "../form/Page";
import list from "../list.module.css";
import { sessionsQuery } from "../queries";
import { deviceWords } from "./device";

/** Where one is signed in, each of which can be ended. */
export function Devices() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const sessions = useQuery(sessionsQuery);
  const pushes = useQuery(pushQuery).data?.devices ?? [];
  const end = useMutation({
    mutationFn: (id: number | "others") =>
      id === "others" ? post("/profile/sessions/revoke-others") : del(`/profile/sessions/${id}`),
    onSuccess: () => toast(t("settings.devices.ended")),
    onError: (err) => toast(inWords(t, err), { tone: "bad" }),
    onSettled: () => client.invalidateQueries({ queryKey: sessionsQuery.queryKey }),
  });
  const all = [...(sessions.data ?? [])].sort((a, b) => Number(b.current) - Number(a.current));
  return (
    <Section title={t("settings.devices.title")} about={t("settings.devices.about")} flush>
      {sessions.isPending && <Bones rows={2} />}
      {sessions.error && (
        <Failed what={t("settings.devices.failed")} error={sessions.error} retry={() => void sessions.refetch()} />
      )}
      {all.map((s) => (
        <div key={s.id} className={`${list.row} ${list.wrap}`}>
          <div className={list.body}>
            <div className={list.name}>
              {deviceWords(s.device) || t("settings.devices.unknown")}
              {s.current && <Pill tone="ok">{t("settings.devices.this")}</Pill>}
              {pushes.some((d) => d.session === s.id) && <Pill>{t("settings.devices.pushes")}</Pill>}
            </div>
            <div className={list.quiet}>
              {s.ip} · {t("settings.devices.since")} <When at={s.createdAt} /> · {t("settings.devices.seen")}{" "}
              <When at={s.seenAt} />
            </div>
          </div>
          {!s.current && (
            <Button
              disabled={end.isPending}
              onClick={() => end.mutate(s.id)}
              aria-label={`${t("settings.devices.end")}: ${deviceWords(s.device)}`}
            >
              {t("settings.devices.end")}
            </Button>
          )}
        </div>
      ))}
      {all.length > 1 && (
        <div className={list.row}>
          <span className={list.body} />
          <Button disabled={end.isPending} onClick={() => end.mutate("others")}>
            {t("settings.devices.end_others")}
          </Button>
        </div>
      )}
    </Section>
  );
}
