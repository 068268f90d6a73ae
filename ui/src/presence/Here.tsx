import { Button } from "@mantine/core";
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { get, put } from "../api/client";
import { agentsQuery, teamsQuery } from "../api/queries";
import type { Agent, Page as Part } from "../api/types";
import { useFormat } from "../i18n/format";
import { useNow } from "../i18n/now";
import { Avatar } from "../parts/Avatar";
import { Sheet, SheetBody } from "../parts/Sheet";
import { Failed } from "../parts/Trouble";
import { When } from "../parts/When";
import { FormSheet } from "../settings/form/FormSheet";
import { Checks, formCss, NumberField, Switch, TextField } from "../settings/form/fields";
import { Bones, Page, Section } from "../settings/form/Page";
import { useFind } from "../settings/form/useFind";
import { useForm } from "../settings/form/useForm";
import list from "../settings/list.module.css";
import { BackSheet } from "./BackSheet";
import { type Everybody, type Presence, presenceQuery, type State } from "./queries";
import { standingWords } from "./words";

const order: State[] = ["online", "away", "offline"];

/** Who is here, for who may set it and say when people work. */
export default function Here() {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow();
  const all = useQuery(presenceQuery);
  const agents = useQuery(agentsQuery).data ?? [];
  const teams = useQuery(teamsQuery).data ?? [];
  const [setting, setSetting] = useState<Agent>();
  const [hours, setHours] = useState<Agent>();
  const [log, setLog] = useState<Agent>();
  const standing = (a: Agent) => all.data?.items.find((p) => p.agent === a.id);
  const [found, find] = useFind(
    agents.filter((a) => a.active && !a.invited),
    (a) => a.name,
  );
  const row = (a: Agent, p: Presence) => (
    <div key={a.id} className={`${list.row} ${list.wrap}`}>
      <Avatar name={a.name} seed={`agent:${a.id}`} size={32} />
      <div className={list.body}>
        <div className={list.name}>{a.name}</div>
        <div className={list.more}>
          {standingWords(t, format, p, all.data?.reasons ?? [], now)}
          {p.takes.length > 0 &&
            ` · ${t("presence.takes", { what: format.list(p.takes.map((c) => t(`presence.channel.${c}`))) })}`}
        </div>
        <div className={list.quiet}>
          {p.since && (
            <>
              {t("presence.since")} <When at={p.since} />
              {a.teams.length > 0 && " · "}
            </>
          )}
          {format.list(a.teams.map((id) => teams.find((x) => x.id === id)?.name ?? `#${id}`))}
        </div>
      </div>
      <div className={list.acts}>
        <Button onClick={() => setSetting(a)} aria-label={`${t("presence.here.set")}: ${a.name}`}>
          {t("presence.here.set")}
        </Button>
        <Button onClick={() => setHours(a)} aria-label={`${t("presence.here.hours")}: ${a.name}`}>
          {t("presence.here.hours")}
        </Button>
        <Button variant="subtle" onClick={() => setLog(a)} aria-label={`${t("presence.here.log")}: ${a.name}`}>
          {t("presence.here.log")}
        </Button>
      </div>
    </div>
  );
  return (
    <Page title={t("presence.here.title")} about={t("presence.here.about")}>
      {all.isPending && <Bones rows={4} />}
      {all.error && <Failed what={t("presence.failed")} error={all.error} retry={() => void all.refetch()} />}
      {find}
      {order.map((state) => {
        const rows = found.flatMap((a) => {
          const p = standing(a);
          return p?.state === state ? [row(a, p)] : [];
        });
        if (rows.length === 0) return null;
        return (
          <Section key={state} title={`${t(`presence.state.${state}`)} (${rows.length})`} flush>
            {rows}
          </Section>
        );
      })}
      {setting && <BackSheet agent={setting.id} name={setting.name} close={() => setSetting(undefined)} />}
      {hours && <Hours agent={hours} close={() => setHours(undefined)} />}
      {log && <Log agent={log} reasons={all.data?.reasons ?? []} close={() => setLog(undefined)} />}
    </Page>
  );
}

interface Change extends Presence {
  id: number;
  at: string;
}

function Log({ agent, reasons, close }: { agent: Agent; reasons: Everybody["reasons"]; close: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const people = useQuery(agentsQuery).data ?? [];
  const lines = useInfiniteQuery({
    queryKey: ["presence", "changes", agent.id],
    queryFn: ({ pageParam, signal }) =>
      get<Part<Change>>(`/presence/${agent.id}/changes`, { cursor: pageParam, limit: 50 }, signal),
    initialPageParam: "",
    getNextPageParam: (last) => last.next || undefined,
    staleTime: 0,
  });
  const title = t("presence.here.log_of", { name: agent.name });
  const by = (c: Change) =>
    c.why === "chosen" && c.by.kind === "agent" && c.by.id !== agent.id
      ? people.find((a) => a.id === c.by.id)?.name
      : t(c.why === "chosen" ? "presence.by_hand" : "presence.by_itself");
  return (
    <Sheet label={title} close={close}>
      <SheetBody title={title} foot={<Button onClick={close}>{t("common.close")}</Button>}>
        {lines.error && <Failed what={t("presence.failed")} error={lines.error} retry={() => void lines.refetch()} />}
        {lines.data?.pages
          .flatMap((p) => p.items)
          .map((c) => (
            <div key={c.id} className={list.row}>
              <div className={list.body}>
                <div>{standingWords(t, format, c, reasons, Date.parse(c.at))}</div>
                <div className={list.quiet}>
                  <When at={c.at} /> · {by(c)}
                </div>
              </div>
            </div>
          ))}
        {lines.isSuccess && lines.data.pages[0]?.items.length === 0 && <p>{t("presence.here.no_log")}</p>}
        {lines.hasNextPage && (
          <Button variant="subtle" loading={lines.isFetchingNextPage} onClick={() => void lines.fetchNextPage()}>
            {t("presence.here.more")}
          </Button>
        )}
      </SheetBody>
    </Sheet>
  );
}

interface Span {
  from: number;
  to: number;
  days: number;
}
interface Working {
  idleMinutes: number;
  hours: Span[];
  version: number;
}

const clock = (minutes: number) =>
  `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
function minutes(text: string, before: number): number {
  const [h, m] = text.split(":").map(Number);
  return h === undefined || m === undefined || Number.isNaN(h + m) ? before : h * 60 + m;
}
const workdays = 0b0111110;

function Hours({ agent, close }: { agent: Agent; close: () => void }) {
  const { t } = useTranslation();
  const server = useQuery({
    queryKey: ["presence", "hours", agent.id],
    queryFn: ({ signal }) => get<Working>(`/presence/${agent.id}/hours`, undefined, signal),
    staleTime: 0,
    gcTime: 0,
  });
  const title = t("presence.here.hours_of", { name: agent.name });
  if (server.data) return <EditHours agent={agent} server={server.data} title={title} close={close} />;
  return (
    <Sheet label={title} close={close}>
      <SheetBody title={title} foot={<Button onClick={close}>{t("common.close")}</Button>}>
        {server.error ? (
          <Failed what={t("presence.failed")} error={server.error} retry={() => void server.refetch()} />
        ) : (
          <Bones rows={2} />
        )}
      </SheetBody>
    </Sheet>
  );
}

function EditHours({
  agent,
  server,
  title,
  close,
}: {
  agent: Agent;
  server: Working;
  title: string;
  close: () => void;
}) {
  const { t, i18n } = useTranslation();
  const client = useQueryClient();
  const form = useForm<Working>(server, async ({ idleMinutes, hours, version }) => {
    const kept = await put<Working>(`/presence/${agent.id}/hours`, { idleMinutes, hours, version });
    client.setQueryData(["presence", "hours", agent.id], kept);
    return kept;
  });
  const { value, set, error } = form;
  const name = (day: number) =>
    new Intl.DateTimeFormat(i18n.language, { weekday: "short", timeZone: "UTC" }).format(Date.UTC(2026, 2, 1 + day));
  const week = [1, 2, 3, 4, 5, 6, 0];
  const span = (i: number, change: Partial<Span>) =>
    set({ hours: value.hours.map((h, at) => (at === i ? { ...h, ...change } : h)) });
  return (
    <FormSheet title={title} form={form} save={t("common.save")} close={close}>
      <p>{t("presence.here.hours_about")}</p>
      {value.hours.map((h, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: spans have no name but their place
        <fieldset key={i} style={{ border: 0, padding: 0, margin: 0, display: "grid", gap: 8 }}>
          <legend className="unseen">{t("presence.here.span", { n: i + 1 })}</legend>
          <div className={formCss.row}>
            <TextField
              label={t("presence.here.from")}
              type="time"
              value={clock(h.from)}
              change={(text) => span(i, { from: minutes(text, h.from) })}
            />
            <TextField
              label={t("presence.here.to")}
              type="time"
              value={clock(h.to)}
              change={(text) => span(i, { to: minutes(text, h.to) })}
            />
          </div>
          <Checks<number>
            legend={t("presence.here.days")}
            value={week.filter((d) => h.days & (1 << d))}
            change={(days) => span(i, { days: days.reduce((sum, d) => sum | (1 << d), 0) })}
            options={week.map((d) => [d, name(d)])}
          />
          <Button
            variant="subtle"
            onClick={() => set({ hours: value.hours.filter((_, at) => at !== i) })}
            style={{ justifySelf: "start" }}
          >
            {t("presence.here.drop_span")}
          </Button>
        </fieldset>
      ))}
      {error("hours") && <p role="alert">{error("hours")}</p>}
      <Button
        onClick={() => set({ hours: [...value.hours, { from: 9 * 60, to: 17 * 60, days: workdays }] })}
        disabled={value.hours.length >= 21}
      >
        {t("presence.here.add_span")}
      </Button>
      <Switch
        label={t("presence.here.own_idle")}
        checked={value.idleMinutes >= 0}
        change={(on) => set({ idleMinutes: on ? 10 : -1 })}
      />
      {value.idleMinutes >= 0 && (
        <NumberField
          label={t("presence.rules.idle")}
          hint={t("presence.rules.idle_hint")}
          suffix={t("presence.rules.minutes")}
          value={value.idleMinutes}
          error={error("idleMinutes")}
          change={(n) => set({ idleMinutes: Math.min(480, n) })}
        />
      )}
    </FormSheet>
  );
}
