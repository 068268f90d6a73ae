import { Button } from "@mantine/core";
import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { get, put } from "../api/client";
import { useMe } from "../app/session";
import { loadWords } from "../i18n/i18n";
import { canPush, type PushDevice, pushQuery, stopPushes, takePushes } from "../notices/device";
import { installOffer, onInstallOffer } from "../notices/worker";
import { Pill } from "../parts/Pill";
import { Failed } from "../parts/Trouble";
import { toast } from "../parts/toast";
import { inWords } from "../parts/trouble";
import { Checks, formCss, NumberField, Switch, TextField } from "./form/fields";
import { Bones, FormPage, Page, Section } from "./form/Page";
import { useForm } from "./form/useForm";
import list from "./list.module.css";
import css from "./Notices.module.css";
import { sessionsQuery } from "./queries";
import { deviceWords } from "./security/device";

interface Way {
  kind: string;
  inApp: boolean;
  push: boolean;
  mail: boolean;
}
interface Hours {
  on: boolean;
  from: number;
  to: number;
  days: number;
}
interface Wishes {
  ways: Way[];
  quiet: Hours;
  subjects: boolean;
  mailWait: number;
  mailGap: number;
  version: number;
}

const wishesQuery = queryOptions({
  queryKey: ["notices", "wishes"],
  queryFn: async ({ signal }) => {
    await loadWords("notice");
    return get<Wishes>("/profile/notices", undefined, signal);
  },
  staleTime: 0,
});

const clock = (minutes: number) =>
  `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
function minutes(text: string, before: number): number {
  const [h, m] = text.split(":").map(Number);
  return h === undefined || m === undefined || Number.isNaN(h + m) ? before : h * 60 + m;
}

/** What an agent wants to be told, how, and when not. */
export default function Notices() {
  const { t } = useTranslation();
  const wishes = useQuery(wishesQuery);
  if (wishes.data) return <Loaded wishes={wishes.data} />;
  return (
    <Page title={t("settings.notices.title")}>
      {wishes.error ? (
        <Failed what={t("settings.notices.failed")} error={wishes.error} retry={() => void wishes.refetch()} />
      ) : (
        <Bones />
      )}
    </Page>
  );
}

const channels = ["inApp", "push", "mail"] as const;

function Loaded({ wishes }: { wishes: Wishes }) {
  const { t, i18n } = useTranslation();
  const me = useMe();
  const client = useQueryClient();
  const form = useForm<Wishes>(wishes, async (value) => {
    const next = await put<Wishes>("/profile/notices", value);
    client.setQueryData(wishesQuery.queryKey, next);
    return next;
  });
  const { value, set, error } = form;
  const name = (day: number) =>
    new Intl.DateTimeFormat(i18n.language, { weekday: "long", timeZone: "UTC" }).format(Date.UTC(2026, 2, 1 + day));
  const week = [1, 2, 3, 4, 5, 6, 0];
  const quiet = (change: Partial<Hours>) => set({ quiet: { ...value.quiet, ...change } });
  return (
    <FormPage form={form} title={t("settings.notices.title")} about={t("settings.notices.about")}>
      <Section title={t("notice.set.what")} flush>
        <div className={css.wrap}>
          <table className={css.ways}>
            <thead>
              <tr>
                <th scope="col">
                  <span className="unseen">{t("notice.set.what")}</span>
                </th>
                {channels.map((c) => (
                  <th key={c} scope="col">
                    {t(`notice.channel.${c}`)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {value.ways.map((way) => (
                <tr key={way.kind}>
                  <th scope="row">{t(`notice.wish.${way.kind}`)}</th>
                  {channels.map((c) => (
                    <td key={c}>
                      <input
                        type="checkbox"
                        checked={way[c]}
                        aria-label={`${t(`notice.wish.${way.kind}`)}: ${t(`notice.channel.${c}`)}`}
                        onChange={(e) =>
                          set({
                            ways: value.ways.map((w) => (w.kind === way.kind ? { ...w, [c]: e.target.checked } : w)),
                          })
                        }
                      />
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </Section>
      <Devices />
      <Section title={t("notice.set.quiet")} about={t("notice.set.quiet_about", { zone: me.timeZone })}>
        <Switch label={t("notice.set.quiet_on")} checked={value.quiet.on} change={(on) => quiet({ on })} />
        {value.quiet.on && (
          <>
            <div className={formCss.row}>
              <TextField
                label={t("notice.set.from")}
                type="time"
                value={clock(value.quiet.from)}
                change={(text) => quiet({ from: minutes(text, value.quiet.from) })}
              />
              <TextField
                label={t("notice.set.to")}
                type="time"
                value={clock(value.quiet.to)}
                change={(text) => quiet({ to: minutes(text, value.quiet.to) })}
              />
            </div>
            <Checks<number>
              legend={t("notice.set.days")}
              hint={t("notice.set.days_hint")}
              error={error("quiet")}
              value={week.filter((d) => value.quiet.days & (1 << d))}
              change={(days) => quiet({ days: days.reduce((sum, d) => sum | (1 << d), 0) })}
              options={week.map((d) => [d, name(d)])}
            />
          </>
        )}
      </Section>
      <Section title={t("notice.set.outside")} about={t("notice.set.outside_about")}>
        <Switch
          label={t("notice.set.subjects")}
          hint={t("notice.set.subjects_hint")}
          checked={value.subjects}
          change={(subjects) => set({ subjects })}
        />
        <div className={formCss.row}>
          <NumberField
            label={t("notice.set.wait")}
            hint={t("notice.set.wait_hint")}
            suffix={t("notice.set.minutes")}
            value={value.mailWait}
            error={error("mailWait")}
            change={(mailWait) => set({ mailWait })}
          />
          <NumberField
            label={t("notice.set.gap")}
            hint={t("notice.set.gap_hint")}
            suffix={t("notice.set.minutes")}
            value={value.mailGap}
            error={error("mailGap")}
            change={(mailGap) => set({ mailGap })}
          />
        </div>
      </Section>
      <Install />
    </FormPage>
  );
}

/** The browsers that take pushes, and whether this one shall. */
function Devices() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const push = useQuery(pushQuery);
  const sessions = useQuery(sessionsQuery).data ?? [];
  const settled = () => client.invalidateQueries({ queryKey: pushQuery.queryKey });
  const failed = (err: unknown) => toast(inWords(t, err), { tone: "bad" });
  const begin = useMutation({
    mutationFn: (key: string) => takePushes(key),
    onSuccess: (on) => toast(t(on ? "notice.device.on" : "notice.device.refused"), on ? {} : { tone: "bad" }),
    onError: failed,
    onSettled: settled,
  });
  const end = useMutation({
    mutationFn: (d: PushDevice) => stopPushes(d),
    onSuccess: () => toast(t("notice.device.off")),
    onError: failed,
    onSettled: settled,
  });
  const devices = push.data?.devices ?? [];
  const here = devices.some((d) => d.current);
  return (
    <Section title={t("notice.device.title")} about={t("notice.device.about")} flush>
      {push.error && <Failed what={t("notice.device.failed")} error={push.error} retry={() => void push.refetch()} />}
      {devices.map((d) => (
        <div key={d.id} className={`${list.row} ${list.wrap}`}>
          <div className={list.body}>
            <div className={list.name}>
              {deviceWords(sessions.find((s) => s.id === d.session)?.device ?? "") || t("settings.devices.unknown")}
              {d.current && <Pill tone="ok">{t("settings.devices.this")}</Pill>}
            </div>
            <div className={list.quiet}>
              {d.service}
              {d.trouble && ` · ${t("notice.device.trouble", { why: d.trouble })}`}
            </div>
          </div>
          <Button disabled={end.isPending} onClick={() => end.mutate(d)}>
            {t("notice.device.stop")}
          </Button>
        </div>
      ))}
      {push.data && !here && (
        <div className={list.row}>
          <span className={list.body}>{canPush() ? t("notice.device.none") : t("notice.device.cannot")}</span>
          {canPush() && (
            <Button loading={begin.isPending} onClick={() => begin.mutate(push.data.key)}>
              {t("notice.device.start")}
            </Button>
          )}
        </div>
      )}
    </Section>
  );
}

/** The desk as a program of its own on this device. */
function Install() {
  const { t } = useTranslation();
  const offer = useSyncExternalStore(onInstallOffer, installOffer);
  const installed = window.matchMedia("(display-mode: standalone)").matches;
  return (
    <Section title={t("notice.install.title")} about={t("notice.install.about")} flush>
      <div className={list.row}>
        <span className={list.body}>
          {installed ? t("notice.install.done") : offer ? t("notice.install.can") : t("notice.install.by_menu")}
        </span>
        {offer && !installed && <Button onClick={() => void offer.prompt()}>{t("notice.install.act")}</Button>}
      </div>
    </Section>
  );
}
