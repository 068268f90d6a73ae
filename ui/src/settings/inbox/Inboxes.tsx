import { Button } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { post } from "../../api/client";
import { inboxesQuery } from "../../api/queries";
import type { Inbox } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { Pill } from "../../parts/Pill";
import { Failed, Quiet } from "../../parts/Trouble";
import { toast } from "../../parts/toast";
import { inWords } from "../../parts/trouble";
import { When } from "../../parts/When";
import { formCss } from "../form/fields";
import { Bones, Page, Section } from "../form/Page";
import type { T } from "../form/refusal";
import { useFind } from "../form/useFind";
import list from "../list.module.css";
import { healthQuery } from "../queries";
import type { Health, WholeInbox } from "../types";
import FormEditor from "./FormEditor";
import InboxEditor from "./InboxEditor";
import { useOAuthRefusal } from "./oauthRefusal";
import { connectionWords } from "./trouble";

/** Where mail arrives: all inboxes with how they fare, or the one that is opened. */
export default function Inboxes({ id }: { id: string }) {
  const [inbox = "", part] = id.split("/");
  if (part === "form") return <FormEditor id={Number(inbox)} />;
  return inbox ? <InboxEditor id={inbox === "new" ? 0 : Number(inbox)} /> : <Overview />;
}

function Overview() {
  const { t } = useTranslation();
  const inboxes = useQuery(inboxesQuery);
  const health = useQuery(healthQuery).data ?? [];
  const refused = useOAuthRefusal();
  const [found, find] = useFind(inboxes.data ?? [], (i) => `${i.name} ${i.address}`);
  return (
    <Page
      title={t("settings.inboxes.title")}
      about={t("settings.inboxes.about")}
      acts={
        <Button
          variant="filled"
          renderRoot={(props) => <Link to="/settings/$" params={{ _splat: "inboxes/new" }} {...props} />}
        >
          {t("settings.inboxes.create")}
        </Button>
      }
    >
      {refused && (
        <div className={formCss.banner} role="alert">
          <span>{refused}</span>
        </div>
      )}
      {inboxes.isPending && <Bones rows={3} />}
      {inboxes.error && (
        <Failed what={t("settings.inboxes.failed")} error={inboxes.error} retry={() => void inboxes.refetch()} />
      )}
      {inboxes.data?.length === 0 && (
        <Quiet icon="inbox" title={t("settings.inboxes.none")}>
          <p>{t("settings.inboxes.none_text")}</p>
        </Quiet>
      )}
      {find}
      {found.length > 0 && (
        <Section flush>
          {found.map((i) => (
            <Row key={i.id} inbox={i as WholeInbox} health={health.find((h) => h.inbox === i.id)} />
          ))}
        </Section>
      )}
    </Page>
  );
}

function Row({ inbox, health }: { inbox: WholeInbox; health: Health | undefined }) {
  const { t } = useTranslation();
  const state = health?.state ?? "off";
  return (
    <div className={`${list.row} ${list.wrap}`} data-off={!inbox.active || undefined}>
      <span className={list.dot} data-state={state === "ok" && health?.outgoing === "failing" ? "failing" : state} />
      <div className={list.body}>
        <div className={list.name}>
          <Link to="/settings/$" params={{ _splat: `inboxes/${inbox.id}` }}>
            {inbox.name}
          </Link>
          <StatePill inbox={inbox} health={health} />
        </div>
        <div className={list.more}>{inbox.address}</div>
        {health && <HealthLines health={health} />}
      </div>
      <div className={list.acts}>
        <Mend inbox={inbox} health={health} />
        <Button
          renderRoot={(props) => <Link to="/settings/$" params={{ _splat: `inboxes/${inbox.id}` }} {...props} />}
          aria-label={`${t("common.edit")}: ${inbox.name}`}
        >
          {t("common.edit")}
        </Button>
      </div>
    </div>
  );
}

export function StatePill({ inbox, health }: { inbox: Pick<Inbox, "active">; health: Health | undefined }) {
  const { t } = useTranslation();
  if (!inbox.active) return <Pill>{t("settings.health.switched_off")}</Pill>;
  const state = health?.state ?? "off";
  const tone = { ok: "ok", connecting: "warn", failing: "late", off: "grey" } as const;
  return <Pill tone={tone[state]}>{t(`settings.health.${state}`)}</Pill>;
}

export function HealthLines({ health }: { health: Health }) {
  const { t } = useTranslation();
  const format = useFormat();
  const facts = [
    health.lastContact && (
      <>
        {t("settings.health.contact")} <When at={health.lastContact} />
      </>
    ),
    health.lastMail && (
      <>
        {t("settings.health.mail")} <When at={health.lastMail} />
      </>
    ),
    health.backlog > 0 && t("settings.health.backlog", { count: health.backlog, n: format.number(health.backlog) }),
    health.waiting > 0 && t("settings.health.waiting", { count: health.waiting, n: format.number(health.waiting) }),
    health.state === "failing" && health.nextTry && (
      <>
        {t("settings.health.next")} <When at={health.nextTry} />
      </>
    ),
  ].filter(Boolean);
  return (
    <>
      {facts.length > 0 && (
        <div className={list.quiet}>
          {facts.map((fact, i) => (
            <span key={i}>
              {i > 0 && " · "}
              {fact}
            </span>
          ))}
        </div>
      )}
      {health.problem.code && <TroubleLine side="in" trouble={health.problem} />}
      {health.outProblem.code && <TroubleLine side="out" trouble={health.outProblem} />}
    </>
  );
}

function TroubleLine({ side, trouble }: { side: "in" | "out"; trouble: Health["problem"] }) {
  const { t } = useTranslation();
  const { what, todo } = connectionWords(t as T, trouble);
  return (
    <div className={list.trouble}>
      <b>{t(`settings.test.${side}`)}:</b> {what} {todo}
      {trouble.detail && (
        <div className={list.quiet} lang="en">
          {t("settings.trouble.said", { detail: trouble.detail })}
        </div>
      )}
    </div>
  );
}

/** What helps a connection that fails. With the built-in receiver there is none to be opened again, only the place where it is switched on. */
export function Mend({ inbox, health }: { inbox: WholeInbox; health: Health | undefined }) {
  const { t } = useTranslation();
  if (health?.state !== "failing") return null;
  if (inbox.receive.method !== "smtp") return <Reconnect id={inbox.id} />;
  return (
    <Button renderRoot={(props) => <Link to="/settings/$" params={{ _splat: "company" }} {...props} />}>
      {t("settings.health.to_receiver")}
    </Button>
  );
}

export function Reconnect({ id }: { id: number }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const again = useMutation({
    mutationFn: () => post(`/inboxes/${id}/retry`),
    onSuccess: () => toast(t("settings.health.trying")),
    onError: (err) => toast(inWords(t, err), { tone: "bad" }),
    // The answer is there before the connection is.
    onSettled: () => setTimeout(() => void client.invalidateQueries({ queryKey: healthQuery.queryKey }), 1500),
  });
  return (
    <Button loading={again.isPending} onClick={() => again.mutate()}>
      {t("settings.health.reconnect")}
    </Button>
  );
}
