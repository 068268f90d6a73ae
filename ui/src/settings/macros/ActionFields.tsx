import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { tagsQuery, useDirectory } from "../../api/queries";
import { wakeEvents } from "../../api/types";
import { macrosQuery } from "../../desk/compose/macro/queries";
import type { Action, Deed } from "../../desk/compose/macro/types";
import { actionKey, dayWords, weekdays } from "../../desk/compose/macro/words";
import { FieldInput } from "../../desk/fields/FieldInput";
import { fieldsQuery, typesQuery } from "../../desk/fields/queries";
import type { CustomField } from "../../desk/fields/types";
import { useFormat } from "../../i18n/format";
import { Icon } from "../../parts/Icon";
import { rostersQuery } from "../duty/queries";
import { Checks, NumberField, SelectField, TextField, Wrong } from "../form/fields";
import { AskFields, ListField, MergeFields } from "./AsideFields";
import { FollowFields } from "./FollowFields";
import css from "./Macros.module.css";
import { NoteField } from "./NoteField";
import { WebhookField } from "./WebhookField";

const deeds: Deed[] = [
  "set_status",
  "set_priority",
  "assign",
  "set_team",
  "add_tags",
  "remove_tags",
  "snooze_for",
  "snooze_until",
  "add_note",
  "set_type",
  "set_field",
  "tell",
  "ask",
  "add_checklist",
  "follow",
  "unfollow",
];

/** What only a rule does by itself: nobody does it together with an answer. */
const ruleDeeds: Deed[] = ["answer", "webhook", "merge", "mark_spam", "trash"];

/** A new action of a kind, with what is most often meant. */
function begin(deed: Deed, field: number | undefined, impersonal: boolean): Action {
  switch (deed) {
    case "set_status":
      return { do: deed, status: "resolved" };
    case "set_priority":
      return { do: deed, priority: 2 };
    case "assign":
      return impersonal ? { do: deed } : { do: deed, me: true };
    case "add_tags":
    case "remove_tags":
      return { do: deed, tags: [] };
    case "snooze_for":
      return { do: deed, minutes: 24 * 60 };
    case "tell":
      return { do: deed, holder: true };
    case "merge":
      return { do: deed, minutes: 7 * 24 * 60, sameInbox: true };
    case "snooze_until":
      return { do: deed, day: "monday", clock: "09:00" };
    case "set_field":
      return { do: deed, field };
    default:
      return { do: deed };
  }
}

const snoozes = (d: Deed) => d === "snooze_for" || d === "snooze_until";

interface Props {
  actions: Action[];
  change: (actions: Action[]) => void;
  error: (at: number, field: string) => string | undefined;
  /** Nobody in particular does it, so that nothing can be given to who does. */
  impersonal?: boolean;
  /** Nothing but these is offered. */
  only?: readonly Deed[];
}

/** What a macro does: each kind once, fields each once. */
export function ActionFields({ actions, change, error, impersonal = false, only }: Props) {
  const { t } = useTranslation();
  const types = useQuery(typesQuery).data ?? [];
  const fields = (useQuery(fieldsQuery).data ?? []).filter((f) => f.target === "conversation" && !f.archivedAt);
  const free = fields.filter((f) => !actions.some((a) => a.field === f.id));
  const left = (only ?? (impersonal ? [...deeds, ...ruleDeeds] : deeds)).filter((d) => {
    if (d === "set_field") return free.length > 0;
    if (d === "set_type" && types.length === 0) return false;
    return !actions.some((a) => a.do === d || (snoozes(a.do) && snoozes(d)));
  });
  return (
    <>
      {actions.map((a, i) => (
        <fieldset key={actionKey(a)} className={css.action} aria-label={t(`macro.kind.${a.do}`)}>
          <div className={css.fields}>
            <One
              action={a}
              impersonal={impersonal}
              fields={fields.filter((f) => f.id === a.field || free.includes(f))}
              change={(next) => change(actions.map((b, at) => (at === i ? next : b)))}
              error={(field) => error(i, field)}
            />
            {snoozes(a.do) && (
              <SelectField<string>
                label={t("wake.or")}
                value={a.on ?? ""}
                error={error(i, "on")}
                change={(on) => change(actions.map((b, at) => (at === i ? { ...b, on: on as Action["on"] } : b)))}
                options={["", ...wakeEvents].map((on) => [on, t(`wake.or_${on || "none"}`)] as const)}
              />
            )}
          </div>
          <button
            type="button"
            className={css.remove}
            aria-label={t("macro.edit.remove_action", { what: t(`macro.kind.${a.do}`) })}
            onClick={() => change(actions.filter((_, at) => at !== i))}
          >
            <Icon name="close" size={16} />
          </button>
        </fieldset>
      ))}
      {left.length > 0 && (
        <SelectField<string>
          label={t("macro.edit.add_action")}
          value=""
          change={(deed) => deed && change([...actions, begin(deed as Deed, free[0]?.id, impersonal)])}
          options={[["", "…"] as const, ...left.map((d) => [d, t(`macro.kind.${d}`)] as const)]}
        />
      )}
    </>
  );
}

interface OneProps {
  action: Action;
  impersonal: boolean;
  /** Which fields it can set. */
  fields: readonly CustomField[];
  change: (a: Action) => void;
  error: (field: string) => string | undefined;
}

function One({ action: a, impersonal, fields, change, error }: OneProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const directory = useDirectory();
  const tags = useQuery(tagsQuery).data ?? [];
  const types = useQuery(typesQuery).data ?? [];
  const rosters = useQuery(rostersQuery).data ?? [];
  const macros = useQuery({ ...macrosQuery, enabled: a.do === "answer" }).data ?? [];
  const label = t(`macro.kind.${a.do}`);
  switch (a.do) {
    case "set_status":
      return (
        <SelectField<string>
          label={label}
          value={a.status ?? ""}
          error={error("status")}
          change={(status) => change({ do: a.do, status: status as Action["status"] })}
          options={(["open", "waiting", "resolved", "closed"] as const).map((s) => [s, t(`status.${s}`)] as const)}
        />
      );
    case "set_priority":
      return (
        <SelectField<number>
          label={label}
          value={a.priority ?? 0}
          error={error("priority")}
          change={(priority) => change({ do: a.do, priority })}
          options={([0, 1, 2, 3] as const).map((p) => [p, t(`priority.${p}`)] as const)}
        />
      );
    case "assign":
      return (
        <SelectField<string>
          label={label}
          value={a.me ? "me" : a.onDuty ? `duty ${a.onDuty}` : a.agent ? String(a.agent) : ""}
          error={error("agent")}
          change={(to) => {
            if (to === "me") return change({ do: a.do, me: true });
            if (to.startsWith("duty ")) return change({ do: a.do, onDuty: Number(to.slice(5)) });
            change({ do: a.do, ...(to ? { agent: Number(to) } : {}) });
          }}
          options={[
            ...(impersonal ? [] : [["me", t("macro.edit.me")] as const]),
            ["", t("macro.edit.nobody")] as const,
            ...rosters.map((r) => [`duty ${r.id}`, t("macro.edit.assign_duty", { name: r.name })] as const),
            ...directory.agents
              .filter((x) => x.active && x.role !== "light_agent")
              .map((x) => [String(x.id), x.name] as const),
          ]}
        />
      );
    case "set_team":
      return (
        <SelectField<number>
          label={label}
          value={a.team ?? 0}
          error={error("team")}
          change={(team) => change({ do: a.do, ...(team ? { team } : {}) })}
          options={[
            [0, t("macro.edit.no_team")] as const,
            ...directory.teams.map((team) => [team.id, team.name] as const),
          ]}
        />
      );
    case "add_tags":
    case "remove_tags":
      return (
        <Checks<number>
          legend={label}
          value={a.tags ?? []}
          error={error("tags")}
          change={(chosen) => change({ do: a.do, tags: chosen })}
          options={tags.map((tag) => [tag.id, tag.name] as const)}
          empty={t("macro.edit.no_tags")}
        />
      );
    case "answer": {
      const fit = macros.filter((m) => m.audience !== "personal" && m.active && m.languages.length > 0);
      const gone = Boolean(a.macro) && !fit.some((m) => m.id === a.macro);
      return (
        <SelectField<number>
          label={label}
          hint={t(fit.length > 0 ? "macro.edit.answer_hint" : "macro.edit.answer_none")}
          value={a.macro ?? 0}
          error={error("macro")}
          change={(macro) => change({ do: a.do, macro })}
          options={[
            [0, t("macro.edit.answer_choose")] as const,
            ...(gone ? [[a.macro ?? 0, t("macro.gone")] as const] : []),
            ...fit.map(
              (m) => [m.id, `${m.folder ? `${m.folder}/` : ""}${m.name} (${m.languages.join(", ")})`] as const,
            ),
          ]}
        />
      );
    }
    case "tell": {
      const chosen = [
        ...(a.holder ? ["holder"] : []),
        ...(a.leads ? ["leads"] : []),
        ...(a.loud ? ["loud"] : []),
        ...(a.duty ?? []).map((id) => `duty ${id}`),
        ...(a.teams ?? []).map((id) => `team ${id}`),
        ...(a.agents ?? []).map((id) => `agent ${id}`),
      ];
      const ids = (kind: string, of: string[]) =>
        of.filter((x) => x.startsWith(kind)).map((x) => Number(x.slice(kind.length + 1)));
      return (
        <Checks<string>
          legend={label}
          value={chosen}
          error={error("agents")}
          change={(to) =>
            change({
              do: a.do,
              agents: ids("agent", to),
              teams: ids("team", to),
              holder: to.includes("holder"),
              leads: to.includes("leads"),
              ...(to.some((x) => x.startsWith("duty")) ? { duty: ids("duty", to) } : {}),
              ...(to.includes("loud") ? { loud: true } : {}),
            })
          }
          options={[
            ["holder", t("macro.edit.tell_holder")] as const,
            ["leads", t("macro.edit.tell_leads")] as const,
            ...rosters.map((r) => [`duty ${r.id}`, t("macro.edit.tell_duty", { name: r.name })] as const),
            ...directory.teams.map((team) => [`team ${team.id}`, team.name] as const),
            ...directory.agents.filter((x) => x.active).map((x) => [`agent ${x.id}`, x.name] as const),
            ["loud", t("macro.edit.loud")] as const,
          ]}
        />
      );
    }
    case "snooze_for":
      return (
        <NumberField
          label={label}
          value={Math.round((a.minutes ?? 0) / 60)}
          error={error("minutes")}
          suffix={t("macro.edit.hours")}
          change={(hours) => change({ ...a, minutes: Math.min(hours, 8760) * 60 })}
        />
      );
    case "snooze_until":
      return (
        <>
          <SelectField<string>
            label={label}
            value={a.day ?? ""}
            error={error("day")}
            change={(day) => change({ ...a, day: day as Action["day"] })}
            options={["tomorrow", ...weekdays].map((d) => [d, dayWords(d, t as never, format.language)] as const)}
          />
          <TextField
            label={t("macro.edit.clock")}
            type="time"
            value={a.clock ?? ""}
            error={error("clock")}
            change={(clock) => change({ ...a, clock })}
          />
        </>
      );
    case "add_note":
      return (
        <NoteField label={label} note={a.note} error={error("note")} change={(note) => change({ do: a.do, note })} />
      );
    case "ask":
      return <AskFields action={a} change={change} error={error} />;
    case "follow":
    case "unfollow":
      return <FollowFields action={a} impersonal={impersonal} change={change} error={error} />;
    case "add_checklist":
      return <ListField action={a} change={change} error={error} />;
    case "webhook":
      return <WebhookField action={a} change={change} error={error} />;
    case "merge":
      return <MergeFields action={a} change={change} error={error} />;
    case "set_type":
      return (
        <SelectField<number>
          label={label}
          value={a.type ?? 0}
          error={error("type")}
          change={(type) => change({ do: a.do, ...(type ? { type } : {}) })}
          options={[
            [0, t("macro.edit.no_type")] as const,
            ...types.filter((k) => !k.archivedAt || k.id === a.type).map((k) => [k.id, k.name] as const),
          ]}
        />
      );
    case "set_field": {
      const field = fields.find((f) => f.id === a.field);
      return (
        <>
          <SelectField<number>
            label={label}
            value={a.field ?? 0}
            error={error("field")}
            change={(id) => change({ do: a.do, field: id })}
            options={fields.map((f) => [f.id, f.name] as const)}
          />
          {field && (
            <FieldInput
              key={field.id}
              field={{ ...field, required: false }}
              value={a.value}
              save={(value) => change({ do: a.do, field: a.field, ...(value === null ? {} : { value }) })}
            />
          )}
          <Wrong error={error("value")} />
        </>
      );
    }
    case "mark_spam":
    case "trash":
      return <p className={css.plain}>{label}</p>;
    default:
      return <Wrong error={error("do")} />;
  }
}
