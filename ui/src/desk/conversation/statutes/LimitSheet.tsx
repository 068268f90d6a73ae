import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { post, put } from "../../../api/client";
import { useDirectory } from "../../../api/queries";
import type { Message, Opened } from "../../../api/types";
import { useMay } from "../../../app/session";
import { useFormat } from "../../../i18n/format";
import { Pill } from "../../../parts/Pill";
import { Sheet, SheetBody } from "../../../parts/Sheet";
import { AreaField, DateField, SelectField } from "../../../settings/form/fields";
import { countryWords, dayWords } from "../../../settings/hours/day";
import { ActSheet, useAttempt } from "../../ActSheet";
import css from "./Limits.module.css";
import type { Limit } from "./queries";

interface Props {
  limit: Limit;
  opened: Opened;
  close: () => void;
}

const tones = { running: "grey", late: "late", met: "ok", met_late: "warn", withdrawn: "grey" } as const;

/** A time limit of the law: until when, why until then, what was done with it, and what can be. */
export default function LimitSheet({ limit: l, opened, close }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const mayWrite = useMay("conversation.write");
  const [act, setAct] = useState<"" | "answer" | "extend" | "withdraw">("");
  const runs = l.state === "running" || l.state === "late";
  const day = (d: string) => dayWords(format, d);
  if (act) return <Acting what={act} limit={l} opened={opened} close={() => setAct("")} />;
  return (
    <Sheet label={l.name} close={close}>
      <SheetBody title={l.name} foot={<Button onClick={close}>{t("common.close")}</Button>}>
        <p className={css.fact}>
          {t("statute.until", { day: day(l.last) })}
          {l.state !== "running" && (
            <Pill tone={tones[l.state]}>{t(`statute.state.${l.state}`, { day: day(l.last) })}</Pill>
          )}
        </p>
        <p className={css.why}>
          {t("statute.why", {
            received: day(l.received),
            term: t(`statute.${l.term.count}`, { count: l.term.days }),
            country: countryWords(format, l.term.country),
          })}
        </p>
        {l.last !== l.first && <p className={css.why}>{t("statute.was", { day: day(l.first) })}</p>}
        {l.met && <p className={css.why}>{t("statute.met_at", { when: format.weekdayMoment(Date.parse(l.met)) })}</p>}
        {!l.met && l.answer && runs && <p className={css.why}>{t("statute.on_its_way")}</p>}
        {mayWrite && l.state !== "withdrawn" && (
          <div className={css.part}>
            <h3>{t("statute.can")}</h3>
            <div className={css.acts}>
              <Button variant={runs ? "filled" : "default"} onClick={() => setAct("answer")}>
                {t(l.answer ? "statute.other_answer" : "statute.mark")}
              </Button>
              {runs && <Button onClick={() => setAct("extend")}>{t("statute.extend")}</Button>}
              {runs && <Button onClick={() => setAct("withdraw")}>{t("statute.withdraw")}</Button>}
            </div>
          </div>
        )}
        {l.off.length > 0 && (
          <details className={css.part}>
            <summary>{t("statute.off", { count: l.off.length })}</summary>
            <ul className={css.days}>
              {l.off.map((d) => (
                <li key={d.date}>
                  {new Intl.DateTimeFormat(format.language, { weekday: "short", timeZone: "UTC" }).format(
                    Date.parse(d.date),
                  )}{" "}
                  {day(d.date)}
                  {d.holiday && `: ${t(`hours.holiday.${d.holiday}`, { defaultValue: d.holiday })}`}
                </li>
              ))}
            </ul>
          </details>
        )}
        <div className={css.part}>
          <h3>{t("statute.done")}</h3>
          <ul className={css.log}>
            {l.entries.map((e) => (
              <Entry key={`${e.at} ${e.what}`} entry={e} />
            ))}
          </ul>
        </div>
      </SheetBody>
    </Sheet>
  );
}

function Entry({ entry: e }: { entry: Limit["entries"][number] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const directory = useDirectory();
  const who = e.agent ? (directory.agent(e.agent)?.name ?? t("activity.former")) : t("activity.system");
  return (
    <li>
      {t(`statute.entry.${e.what}`, { day: e.until ? dayWords(format, e.until) : "" })}{" "}
      <span className={css.when}>
        {who}, {format.weekdayMoment(Date.parse(e.at))}
      </span>
      {e.ground && <div className={css.ground}>{e.ground}</div>}
    </li>
  );
}

/** The one thing that is being done with a limit. */
function Acting({ what, limit: l, opened, close }: Props & { what: "answer" | "extend" | "withdraw" }) {
  const { t } = useTranslation();
  const format = useFormat();
  const client = useQueryClient();
  const attempt = useAttempt(close);
  const answers = opened.timeline.messages.filter((m) => mayBe(m));
  const [until, setUntil] = useState("");
  const [ground, setGround] = useState("");
  const [message, setMessage] = useState(l.answer ?? answers.at(-1)?.id ?? 0);
  const path = `/statute-clocks/${l.id}`;
  const work = async () => {
    if (what === "extend") await post(`${path}/extension`, { until, ground });
    else if (what === "withdraw") await post(`${path}/withdrawal`, { ground });
    else await put(`${path}/answer`, { message });
    await client.invalidateQueries({ queryKey: ["limits", opened.conversation.id] });
    await client.invalidateQueries({ queryKey: ["conversation", opened.conversation.number] });
  };
  const title = t(what === "answer" ? "statute.mark" : `statute.${what}`);
  return (
    <ActSheet
      title={title}
      close={close}
      attempt={attempt}
      act={title}
      work={work}
      disabled={
        what === "answer" ? message === (l.answer ?? 0) : ground.trim().length < 3 || (what === "extend" && !until)
      }
    >
      <div className={css.fields}>
        <p className={css.why}>{t(`statute.${what}_about`, { day: dayWords(format, l.last) })}</p>
        {what === "answer" && answers.length === 0 && <p>{t("statute.no_answers")}</p>}
        {what === "answer" && answers.length > 0 && (
          <SelectField
            label={t("statute.which_answer")}
            value={message}
            change={setMessage}
            options={[
              [0, t("statute.none_of_them")] as const,
              ...answers.map((m) => [m.id, words(m, format.weekdayMoment(Date.parse(m.at ?? "")))] as const),
            ]}
          />
        )}
        {what === "extend" && <DateField label={t("statute.new_last")} value={until} change={setUntil} />}
        {what !== "answer" && (
          <AreaField
            label={t("statute.ground")}
            hint={t("statute.ground_hint")}
            value={ground}
            change={setGround}
            rows={3}
            maxLength={1000}
          />
        )}
      </div>
    </ActSheet>
  );
}

/** What a person sent out; the server knows the rest. */
const mayBe = (m: Message) => m.kind === "outgoing" && m.authorKind === "agent" && m.state !== "cancelled";

const words = (m: Message, when: string) => `${when}: ${m.text.replace(/\s+/g, " ").trim().slice(0, 60)}`;
