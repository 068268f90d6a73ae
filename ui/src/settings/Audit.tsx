import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useDirectory } from "../api/queries";
import type { Role } from "../api/types";
import { useFormat } from "../i18n/format";
import { Failed, Quiet } from "../parts/Trouble";
import { When } from "../parts/When";
import { auditFields, auditKey, subjectOf } from "./audit";
import { Changes } from "./Changes";
import { Bones, Page, Section } from "./form/Page";
import list from "./list.module.css";
import { auditQuery } from "./queries";
import { deviceWords } from "./security/device";
import type { AuditEntry } from "./types";

/** Who did what to the desk itself, newest first. */
export default function Audit() {
  const { t } = useTranslation();
  const log = useInfiniteQuery(auditQuery);
  const entries = log.data?.pages.flatMap((p) => p.items) ?? [];
  return (
    <Page title={t("settings.audit.title")} about={t("settings.audit.about")}>
      {log.isPending && <Bones rows={5} />}
      {log.error && <Failed what={t("settings.audit.failed")} error={log.error} retry={() => void log.refetch()} />}
      {log.data && entries.length === 0 && <Quiet icon="clock" title={t("settings.audit.none")} />}
      {entries.length > 0 && (
        <Section flush>
          {entries.map((e) => (
            <Line key={e.id} entry={e} />
          ))}
        </Section>
      )}
      {log.hasNextPage && (
        <Button
          loading={log.isFetchingNextPage}
          onClick={() => void log.fetchNextPage()}
          style={{ alignSelf: "center" }}
        >
          {t("settings.audit.more")}
        </Button>
      )}
    </Page>
  );
}

const roles: string[] = ["owner", "administrator", "supervisor", "agent", "light_agent"] satisfies Role[];
const isRole = (word: string) => roles.includes(word);

function Line({ entry }: { entry: AuditEntry }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { agent, team, inbox, tag } = useDirectory();
  const key = auditKey(entry.action);
  const who = entry.by.kind === "agent" ? (agent(entry.by.id)?.name ?? `#${entry.by.id}`) : "";
  const about = subjectOf(entry.subject);
  const self = about?.kind === "agent" && entry.by.kind === "agent" && about.id === entry.by.id;
  const named =
    about &&
    !self &&
    ({
      agent: agent(about.id)?.name,
      team: team(about.id)?.name,
      inbox: inbox(about.id)?.name,
      tag: tag(about.id)?.name,
    }[about.kind] ??
      `${about.kind} ${about.id}`);
  const device = deviceWords(entry.device ?? "");
  const detail = (entry.detail ?? "")
    .split(", ")
    .filter(Boolean)
    .map((f) => (auditFields.includes(f) ? t(`settings.audit.field.${f}`) : isRole(f) ? t(`settings.role.${f}`) : f));
  return (
    <div className={list.row}>
      <div className={list.body}>
        <div className={list.name}>
          {key ? t(key) : entry.action}
          {named && <span className={list.more}>{named}</span>}
        </div>
        {entry.changes && <Changes changes={entry.changes} className={list.quiet} />}
        {!entry.changes && detail.length > 0 && <div className={list.more}>{format.list(detail)}</div>}
        <div className={list.quiet}>
          {[who, entry.ip, device].filter(Boolean).join(" · ")}
          {(who || entry.ip || device) && " · "}
          <When at={entry.at} />
        </div>
      </div>
    </div>
  );
}
