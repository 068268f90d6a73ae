import { Button } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Action, Deed } from "../../desk/compose/macro/types";
import { Icon } from "../../parts/Icon";
import { NumberField, SelectField, TextField } from "../form/fields";
import { ActionFields } from "../macros/ActionFields";
import macros from "../macros/Macros.module.css";
import { inUnits, longest, minutesOf } from "./duration";
import css from "./Policies.module.css";
import type { Kind, Step, Target } from "./queries";
import { emptyPriority, usual } from "./steps";
import { kinds } from "./targets";

const deeds: Deed[] = [
  "tell",
  "set_priority",
  "assign",
  "set_team",
  "add_tags",
  "remove_tags",
  "set_type",
  "set_field",
  "ask",
  "add_checklist",
  "follow",
];

interface Props {
  steps: Step[];
  change: (steps: Step[]) => void;
  error: (at: string) => string | undefined;
  targets: Target[];
  /** They count opening hours. */
  open: boolean;
  /** Minutes of a day, where somebody types days. */
  day: number;
}

/** What is done before and after the promises are due, a card each. */
export function Steps({ steps, change, error, targets, open, day }: Props) {
  const { t } = useTranslation();
  // A card keeps its place and what is typed in it while those before it go.
  const [keys, setKeys] = useState<number[]>([]);
  if (keys.length !== steps.length) setKeys(steps.map((_, i) => keys[i] ?? Math.max(0, ...keys) + i + 1));
  return (
    <>
      {steps.map((step, i) => (
        <One
          key={keys[i] ?? -i}
          nth={i + 1}
          step={step}
          change={(next) => change(steps.map((s, at) => (at === i ? next : s)))}
          remove={() => {
            setKeys(keys.filter((_, at) => at !== i));
            change(steps.filter((_, at) => at !== i));
          }}
          error={(at) => error(`steps[${i}].${at}`)}
          targets={targets}
          promised={kinds.filter((k) => targets.some((x) => x.kind === k))}
          open={open}
          day={day}
        />
      ))}
      {steps.length < 20 && (
        <div>
          <Button leftSection={<Icon name="plus" size={16} />} onClick={() => change([...steps, usual(steps)])}>
            {t("policy.step.add")}
          </Button>
        </div>
      )}
    </>
  );
}

interface OneProps {
  step: Step;
  nth: number;
  change: (step: Step) => void;
  remove: () => void;
  error: (at: string) => string | undefined;
  targets: Target[];
  /** The kinds that the policy promises. */
  promised: readonly Kind[];
  open: boolean;
  day: number;
}

type When = "before" | "at" | "after";

function One({ step, nth, change, remove, error, targets, promised, open, day }: OneProps) {
  const { t } = useTranslation();
  const [when, setWhen] = useState<When>(step.minutes < 0 ? "before" : step.minutes > 0 ? "after" : "at");
  const sign = when === "before" ? -1 : 1;
  const nothing = emptyPriority(step, targets);
  const several = step.kinds.length > 1;
  return (
    <fieldset className={css.step}>
      <legend>{t("policy.step.nth", { n: nth })}</legend>
      <div className={css.stepWhen}>
        <SelectField<When>
          label={t("policy.step.when")}
          value={when}
          change={(next) => {
            setWhen(next);
            const span = Math.abs(step.minutes) || 30;
            change({ ...step, minutes: next === "at" ? 0 : next === "before" ? -span : span });
          }}
          options={(["before", "at", "after"] as const).map((w) => [w, t(`policy.step.${w}`)] as const)}
        />
        {when !== "at" && (
          <Span
            label={t(`policy.step.how_long_${when}`)}
            minutes={Math.abs(step.minutes)}
            change={(minutes) => change({ ...step, minutes: sign * minutes })}
            error={error("minutes")}
            open={open}
            day={day}
          />
        )}
        <SelectField<string>
          label={t("policy.step.of")}
          value={several ? "several" : (step.kinds[0] ?? "")}
          error={error("kinds")}
          change={(kind) => kind !== "several" && change({ ...step, kinds: kind ? [kind as Kind] : [] })}
          options={[
            ["", t("policy.step.all")] as const,
            ...(several ? [["several", step.kinds.map((k) => t(`policy.kind.${k as Kind}`)).join(", ")] as const] : []),
            ...kinds
              .filter((k) => promised.includes(k) || step.kinds.includes(k))
              .map((k) => [k, t(`policy.kind.${k}`)] as const),
            ["commitment", t("policy.kind.commitment")] as const,
          ]}
        />
        {when !== "before" && (
          <SelectField<string>
            label={t("policy.step.again")}
            value={step.every ? "again" : ""}
            change={(again) => change({ ...step, every: again ? 60 : 0, times: again ? 3 : 0 })}
            options={[
              ["", t("policy.step.once")],
              ["again", t("policy.step.repeat")],
            ]}
          />
        )}
        {!!step.every && (
          <>
            <Span
              label={t("policy.step.every")}
              minutes={step.every}
              change={(every) => change({ ...step, every })}
              error={error("every")}
              open={open}
              day={day}
            />
            <NumberField
              label={t("policy.step.times")}
              value={step.times ?? 0}
              error={error("times")}
              change={(times) => change({ ...step, times: Math.min(times, 100) })}
            />
          </>
        )}
        <button
          type="button"
          className={macros.remove}
          aria-label={t("policy.step.remove", { n: nth })}
          onClick={remove}
        >
          <Icon name="close" size={16} />
        </button>
      </div>
      <ActionFields
        impersonal
        only={deeds}
        actions={step.actions as Action[]}
        change={(actions) => change({ ...step, actions: actions as Step["actions"] })}
        error={(at, field) => error(`actions[${at}].${field}`) ?? error(`actions[${at}]`) ?? error("actions")}
      />
      {nothing !== undefined && (
        <p className={css.doubt} role="status">
          <Icon name="alert" size={15} />
          {t("policy.step.nothing_at", { priority: t(`priority.${nothing}`) })}
        </p>
      )}
      {step.actions.length === 0 && error("actions") && <p className={css.wrong}>{error("actions")}</p>}
    </fieldset>
  );
}

interface SpanProps {
  label: string;
  /** NaN for what cannot be read. */
  minutes: number;
  change: (minutes: number) => void;
  error: string | undefined;
  open: boolean;
  day: number;
}

/** A span as people type it: 30 min, 1 h 30. */
function Span({ label, minutes, change, error, open, day }: SpanProps) {
  const { t } = useTranslation();
  const [text, setText] = useState(() => inUnits(t, minutes || 0, open));
  const read = readable(text, day);
  if (!Object.is(read, minutes)) setText(inUnits(t, minutes || 0, open)); // taken back
  return (
    <TextField
      label={label}
      value={text}
      error={error}
      maxLength={40}
      autoComplete="off"
      placeholder="30 min"
      change={(said) => {
        setText(said);
        change(readable(said, day));
      }}
      onBlur={() => read && setText(inUnits(t, read, open))}
    />
  );
}

function readable(text: string, day: number): number {
  const minutes = minutesOf(text, day);
  return !minutes || minutes > longest ? Number.NaN : minutes;
}
