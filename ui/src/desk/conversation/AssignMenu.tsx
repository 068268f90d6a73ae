import { Button } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useDirectory } from "../../api/queries";
import type { Conversation, ConversationPatch } from "../../api/types";
import { useCommands } from "../../app/keys";
import { useMe } from "../../app/session";
import { fold } from "../../i18n/fold";
import { natural } from "../../i18n/natural";
import { Avatar } from "../../parts/Avatar";
import { Icon } from "../../parts/Icon";
import { Choice, Pick, PickTitle } from "../../parts/Pick";
import { Standing } from "../../parts/Standing";
import { useChange } from "./change";
import css from "./Menus.module.css";
import { useOnlyNext } from "./onlyNext";

/** Gives a conversation to somebody or to a team: the reader first. */
export function AssignMenu({ row }: { row: Conversation }) {
  const { t } = useTranslation();
  const me = useMe();
  const change = useChange();
  const directory = useDirectory();
  const onlyNext = useOnlyNext(row);
  const [open, setOpen] = useState(false);
  const [wanted, setWanted] = useState("");
  const holder = directory.agent(row.assignee);
  const fits = (name: string) => fold(name).includes(fold(wanted.trim()));
  const people = (onlyNext ? [] : directory.agents)
    .filter((a) => a.active && !a.invited && a.role !== "light_agent" && a.id !== me.id && fits(a.name))
    .sort((a, b) => Number(b.id === row.assignee) - Number(a.id === row.assignee) || natural(a.name, b.name));
  const teams = directory.teams.filter((team) => fits(team.name));

  const show = (next: boolean) => {
    setOpen(next);
    if (next) setWanted("");
  };
  const give = (to: ConversationPatch, done: string) => {
    setOpen(false);
    void change(row, to, done);
  };
  const take = () => (onlyNext ? setOpen(true) : give({ assignee: me.id }, t("change.assigned_you")));
  useCommands([
    {
      id: "assign",
      label: t("conversation.assign"),
      group: "conversation",
      keys: ["i"],
      icon: "people",
      run: () => setOpen(true),
    },
    { id: "take", label: t("assign.me"), group: "conversation", keys: ["shift+i"], icon: "person", run: take },
  ]);
  const words = !holder
    ? t("conversation.assign")
    : holder.id === me.id
      ? t("assign.is_you")
      : t("assign.is", { name: holder.name });
  return (
    <Pick
      label={t("conversation.assign")}
      open={open}
      setOpen={show}
      target={
        <Button className={css.foldable} title={holder?.name} onClick={() => show(!open)}>
          <span className={css.assigned}>{words}</span>
        </Button>
      }
    >
      <input
        className={css.filter}
        aria-label={t("assign.filter")}
        placeholder={t("assign.filter")}
        value={wanted}
        data-autofocus
        onChange={(e) => setWanted(e.target.value)}
        onKeyDown={(e) => {
          if (e.key === "Enter" && people[0] && wanted.trim()) {
            give({ assignee: people[0].id }, t("change.assigned", { name: people[0].name }));
          }
        }}
      />
      <div className={css.scroll}>
        {onlyNext && <p className={css.hint}>{t("assign.only_next")}</p>}
        {!onlyNext && row.assignee !== me.id && fits(me.name) && (
          <Choice left={<Avatar name={me.name} seed={`agent:${me.id}`} size={20} />} run={take}>
            {t("assign.me")}
          </Choice>
        )}
        {row.assignee && !wanted && (
          <Choice left={<Icon name="close" size={16} />} run={() => give({ assignee: 0 }, t("change.unassigned"))}>
            {t("assign.nobody")}
          </Choice>
        )}
        {people.length > 0 && <PickTitle>{t("assign.people")}</PickTitle>}
        {people.map((a) => (
          <Choice
            key={a.id}
            on={a.id === row.assignee}
            left={<Avatar name={a.name} seed={`agent:${a.id}`} size={20} />}
            right={
              <>
                <Standing agent={a.id} />
                {a.id === row.assignee && <Icon name="check" size={14} />}
              </>
            }
            run={() => give({ assignee: a.id }, t("change.assigned", { name: a.name }))}
          >
            {a.name}
          </Choice>
        ))}
        {teams.length > 0 && <PickTitle>{t("assign.teams")}</PickTitle>}
        {teams.map((team) => (
          <Choice
            key={team.id}
            on={team.id === row.team}
            left={<Icon name="people" size={16} />}
            right={team.id === row.team ? <Icon name="check" size={14} /> : undefined}
            run={() => give({ team: team.id }, t("change.team", { name: team.name }))}
          >
            {team.name}
          </Choice>
        ))}
        {row.team && !wanted && (
          <Choice run={() => give({ team: 0 }, t("change.no_team"))}>{t("assign.no_team")}</Choice>
        )}
      </div>
    </Pick>
  );
}
