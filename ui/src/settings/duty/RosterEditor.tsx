import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { del, newKey, post, put } from "../../api/client";
import { useDirectory } from "../../api/queries";
import { useMe } from "../../app/session";
import { toast } from "../../parts/toast";
import { Ask } from "../Ask";
import { DateField, formCss, SelectField, TextField, Wrong } from "../form/fields";
import { FormPage, Section } from "../form/Page";
import { useForm } from "../form/useForm";
import { ZoneField } from "../form/ZoneField";
import { Clock } from "../hours/Clock";
import { days } from "../hours/week";
import css from "./Duty.module.css";
import { type Roster, type RosterEdit, rostersQuery, type Turn } from "./queries";
import { Strip } from "./Strip";

const editOf = ({ name, zone, turns, version }: Roster): RosterEdit => ({ name, zone, turns, version });

const workdays = 0b0111110;

/** A roster, or a new one. */
export function RosterEditor({ roster }: { roster?: Roster }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const directory = useDirectory();
  const zone = useMe().timeZone;
  const [key] = useState(newKey);
  const [dropping, setDropping] = useState(false);
  const [empty] = useState<RosterEdit>(() => ({ name: "", zone, turns: [], version: 0 }));
  const back = () => void navigate({ to: "/settings/$", params: { _splat: "duty" }, ignoreBlocker: true });
  const form = useForm<RosterEdit>(
    roster ? editOf(roster) : empty,
    async (v) => {
      const kept = roster ? await put<Roster>(`/rosters/${roster.id}`, v) : await post<Roster>("/rosters", v, key);
      await client.invalidateQueries({ queryKey: rostersQuery.queryKey });
      if (!roster) back();
      return editOf(kept);
    },
    {
      check: (v) => {
        const found: Record<string, string> = {};
        if (!v.name.trim()) found.name = t("form.refusal.needed");
        v.turns.forEach((turn, i) => {
          if (!turn.agent) found[`turns[${i}].agent`] = t("form.refusal.needed");
          if (!turn.days) found[`turns[${i}].days`] = t("form.refusal.needed");
          if ((turn.weeks ?? 0) > 1 && !turn.first) found[`turns[${i}].first`] = t("form.refusal.needed");
        });
        return found;
      },
      shows: (at) => /^(name|zone|turns)/.test(at),
    },
  );
  const { value: v, set, error } = form;
  const change = (i: number, by: Partial<Turn>) =>
    set({ turns: v.turns.map((turn, at) => (at === i ? { ...turn, ...by } : turn)) });
  const ready = v.turns.every((turn) => turn.agent && turn.days && ((turn.weeks ?? 0) < 2 || turn.first));
  return (
    <FormPage
      form={form}
      title={roster?.name ?? t("duty.create")}
      about={t("duty.about_one")}
      back={{ to: "duty", label: t("settings.duty.title") }}
      wide
      save={roster ? undefined : t("duty.make")}
      acts={roster && <Button onClick={() => setDropping(true)}>{t("settings.delete")}</Button>}
    >
      <Section>
        <TextField
          label={t("duty.name")}
          placeholder={t("duty.name_example")}
          value={v.name}
          error={error("name")}
          change={(name) => set({ name })}
          maxLength={120}
          autoFocus={!roster}
        />
        <ZoneField label={t("duty.zone")} value={v.zone} error={error("zone")} change={(zone) => set({ zone })} />
      </Section>
      <Section title={t("duty.turns")} about={t("duty.turns_about")}>
        <div>
          {v.turns.map((turn, i) => (
            <TurnFields
              // biome-ignore lint/suspicious/noArrayIndexKey: turns have no name but their place
              key={i}
              n={i + 1}
              turn={turn}
              people={directory.agents
                .filter((a) => (a.active && a.role !== "light_agent") || a.id === turn.agent)
                .map((a) => [a.id, a.name] as const)}
              change={(by) => change(i, by)}
              drop={() => set({ turns: v.turns.filter((_, at) => at !== i) })}
              error={(field) => error(`turns[${i}]${field}`)}
            />
          ))}
        </div>
        <div>
          <Button
            disabled={v.turns.length >= 200}
            onClick={() => {
              const last = v.turns.at(-1);
              set({
                turns: [
                  ...v.turns,
                  {
                    agent: 0,
                    rank: last ? last.rank : 1,
                    from: last?.from ?? 540,
                    to: last?.to ?? 1020,
                    days: last?.days ?? workdays,
                  },
                ],
              });
            }}
          >
            {t("duty.add_turn")}
          </Button>
        </div>
        <Wrong error={error("turns")} />
      </Section>
      {v.turns.length > 0 && ready && (
        <Section title={t("duty.preview")}>
          <Strip value={v} />
        </Section>
      )}
      {dropping && roster && (
        <Ask
          title={t("duty.delete_title", { name: roster.name })}
          act={t("settings.delete")}
          close={() => setDropping(false)}
          run={async () => {
            await del(`/rosters/${roster.id}`);
            await client.invalidateQueries({ queryKey: rostersQuery.queryKey });
            toast(t("duty.deleted"));
            back();
          }}
        >
          <p>{t("duty.delete_text")}</p>
        </Ask>
      )}
    </FormPage>
  );
}

interface TurnProps {
  n: number;
  turn: Turn;
  people: (readonly [number, string])[];
  change: (by: Partial<Turn>) => void;
  drop: () => void;
  error: (field: string) => string | undefined;
}

function TurnFields({ n, turn, people, change, drop, error }: TurnProps) {
  const { t, i18n } = useTranslation();
  const name = (day: number) =>
    new Intl.DateTimeFormat(i18n.language, { weekday: "short", timeZone: "UTC" }).format(Date.UTC(2026, 2, 1 + day));
  const weeks = turn.weeks ?? 0;
  return (
    <fieldset className={css.turn}>
      <legend className="unseen">{t("duty.turn", { n })}</legend>
      <div className={css.row}>
        <SelectField<number>
          label={t("duty.who")}
          value={turn.agent}
          error={error(".agent")}
          change={(agent) => change({ agent })}
          options={[[0, t("duty.choose")], ...people]}
        />
        <SelectField<number>
          label={t("duty.rank")}
          value={turn.rank}
          change={(rank) => change({ rank })}
          options={Array.from({ length: 9 }, (_, i) => [i + 1, t(`duty.rank_of.${Math.min(i + 1, 3)}`, { n: i + 1 })])}
        />
        <div className={css.hours}>
          <span className={formCss.label} aria-hidden="true">
            {t("duty.from")}
          </span>
          <Clock label={t("duty.from")} value={turn.from} change={(from) => change({ from })} />
        </div>
        <div className={css.hours}>
          <span className={formCss.label} aria-hidden="true">
            {turn.to <= turn.from ? t("duty.to_next") : t("duty.to")}
          </span>
          <Clock
            label={turn.to <= turn.from ? t("duty.to_next") : t("duty.to")}
            value={turn.to}
            change={(to) => change({ to })}
          />
        </div>
      </div>
      <fieldset className={css.week}>
        <legend className="unseen">{t("duty.days")}</legend>
        {days.map((d) => (
          <label key={d}>
            <input
              type="checkbox"
              checked={(turn.days & (1 << d)) !== 0}
              onChange={() => change({ days: turn.days ^ (1 << d) })}
            />
            <span>{name(d)}</span>
          </label>
        ))}
      </fieldset>
      <Wrong error={error(".days")} />
      <div className={css.row}>
        <SelectField<number>
          label={t("duty.weeks")}
          value={weeks < 2 ? 1 : weeks}
          change={(to) => change({ weeks: to < 2 ? undefined : to })}
          options={[
            [1, t("duty.every_week")],
            ...[2, 3, 4, 5, 6, 8, 10, 12].map((w) => [w, t("duty.every", { count: w })] as const),
          ]}
        />
        <DateField
          label={t("duty.first")}
          optional={weeks < 2}
          value={turn.first ?? ""}
          error={error(".first")}
          change={(day) => change({ first: day || undefined })}
        />
        <DateField
          label={t("duty.last")}
          optional
          value={turn.last ?? ""}
          error={error(".last")}
          change={(day) => change({ last: day || undefined })}
        />
        <Button variant="subtle" className={css.drop} onClick={drop} aria-label={t("duty.drop", { n })}>
          {t("duty.drop_short")}
        </Button>
      </div>
      <Wrong error={error("")} />
    </fieldset>
  );
}
