import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useDirectory } from "../../api/queries";
import type { Action } from "../../desk/compose/macro/types";
import { templatesQuery } from "../../desk/fields/queries";
import { rostersQuery } from "../duty/queries";
import { Checks, NumberField, SelectField, Switch } from "../form/fields";
import { NoteField } from "./NoteField";

interface Props {
  action: Action;
  change: (a: Action) => void;
  error: (field: string) => string | undefined;
}

/** Who is asked, and what. */
export function AskFields({ action: a, change, error }: Props) {
  const { t } = useTranslation();
  const directory = useDirectory();
  const rosters = useQuery(rostersQuery).data ?? [];
  return (
    <>
      <Checks<number>
        legend={t("macro.kind.ask")}
        hint={t("macro.edit.ask_hint")}
        value={a.agents ?? []}
        error={error("agents")}
        change={(agents) => change({ ...a, agents })}
        options={directory.agents.filter((x) => x.active).map((x) => [x.id, x.name] as const)}
      />
      <NoteField
        label={t("macro.edit.question")}
        note={a.note}
        error={error("note")}
        change={(note) => change({ ...a, note })}
      />
      {(rosters.length > 0 || a.onDuty) && (
        <SelectField<number>
          label={t("macro.edit.ask_duty")}
          value={a.onDuty ?? 0}
          change={(id) => {
            const { onDuty: _, ...rest } = a;
            change(id ? { ...rest, onDuty: id } : rest);
          }}
          options={[
            [0, t("macro.edit.nobody")] as const,
            ...rosters.map((r) => [r.id, t("macro.edit.tell_duty", { name: r.name })] as const),
            ...(a.onDuty && !rosters.some((r) => r.id === a.onDuty) ? [[a.onDuty, t("macro.gone")] as const] : []),
          ]}
        />
      )}
    </>
  );
}

/** Which checklist is begun. */
export function ListField({ action: a, change, error }: Props) {
  const { t } = useTranslation();
  const all = useQuery(templatesQuery).data ?? [];
  const lists = all.filter((l) => !l.archivedAt);
  const gone = Boolean(a.list) && !lists.some((l) => l.id === a.list);
  return (
    <SelectField<number>
      label={t("macro.kind.add_checklist")}
      hint={lists.length > 0 ? undefined : t("macro.edit.list_none")}
      value={a.list ?? 0}
      error={error("list")}
      change={(list) => change({ do: a.do, list })}
      options={[
        [0, t("macro.edit.list_choose")] as const,
        ...(gone ? [[a.list ?? 0, t("macro.gone")] as const] : []),
        ...lists.map((l) => [l.id, l.name] as const),
      ]}
    />
  );
}

/** Into what a conversation is merged. */
export function MergeFields({ action: a, change, error }: Props) {
  const { t } = useTranslation();
  return (
    <>
      <NumberField
        label={t("macro.kind.merge")}
        hint={t("macro.edit.merge_hint")}
        value={Math.round((a.minutes ?? 0) / 1440)}
        error={error("minutes")}
        suffix={t("macro.edit.days")}
        change={(days) => change({ ...a, minutes: Math.min(days, 365) * 1440 })}
      />
      <Switch
        label={t("macro.edit.merge_inbox")}
        checked={a.sameInbox ?? false}
        change={(sameInbox) => change({ ...a, sameInbox })}
      />
    </>
  );
}
