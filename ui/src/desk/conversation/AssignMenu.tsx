import { Button, Menu } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useDirectory } from "../../api/queries";
import type { Conversation, ConversationPatch } from "../../api/types";
import { useCommands } from "../../app/keys";
import { useMe } from "../../app/session";
import { Avatar } from "../../parts/Avatar";
import { Icon } from "../../parts/Icon";
import { useChange } from "./change";
import css from "./Menus.module.css";

const fold = (s: string) => s.normalize("NFD").replace(/\p{M}/gu, "").toLocaleLowerCase();

/** Gives a conversation to somebody or to a team: the reader first. */
export function AssignMenu({ row }: { row: Conversation }) {
  const { t } = useTranslation();
  const me = useMe();
  const change = useChange();
  const directory = useDirectory();
  const [open, setOpen] = useState(false);
  const [wanted, setWanted] = useState("");
  const holder = directory.agent(row.assignee);
  const fits = (name: string) => fold(name).includes(fold(wanted.trim()));
  const people = directory.agents
    .filter((a) => a.active && !a.invited && a.role !== "light_agent" && a.id !== me.id && fits(a.name))
    .sort((a, b) => Number(b.id === row.assignee) - Number(a.id === row.assignee) || a.name.localeCompare(b.name));
  const teams = directory.teams.filter((team) => fits(team.name));

  const give = (to: ConversationPatch, done: string) => {
    setOpen(false);
    void change(row, to, done);
  };
  const take = () => give({ assignee: me.id }, t("change.assigned_you"));
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
    <Menu
      opened={open}
      onChange={(next) => {
        setOpen(next);
        if (next) setWanted("");
      }}
      width={270}
    >
      <Menu.Target>
        <Button className={css.foldable} title={holder?.name}>
          <span className={css.assigned}>{words}</span>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
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
            } else if (!["ArrowDown", "ArrowUp", "Escape", "Tab"].includes(e.key)) e.stopPropagation();
          }}
        />
        <div className={css.scroll}>
          {row.assignee !== me.id && fits(me.name) && (
            <Menu.Item leftSection={<Avatar name={me.name} seed={`agent:${me.id}`} size={20} />} onClick={take}>
              {t("assign.me")}
            </Menu.Item>
          )}
          {row.assignee && !wanted && (
            <Menu.Item
              leftSection={<Icon name="close" size={16} />}
              onClick={() => give({ assignee: 0 }, t("change.unassigned"))}
            >
              {t("assign.nobody")}
            </Menu.Item>
          )}
          {people.length > 0 && <Menu.Label>{t("assign.people")}</Menu.Label>}
          {people.map((a) => (
            <Menu.Item
              key={a.id}
              leftSection={<Avatar name={a.name} seed={`agent:${a.id}`} size={20} />}
              rightSection={a.id === row.assignee ? <Icon name="check" size={14} /> : undefined}
              onClick={() => give({ assignee: a.id }, t("change.assigned", { name: a.name }))}
            >
              {a.name}
            </Menu.Item>
          ))}
          {teams.length > 0 && <Menu.Label>{t("assign.teams")}</Menu.Label>}
          {teams.map((team) => (
            <Menu.Item
              key={team.id}
              leftSection={<Icon name="people" size={16} />}
              rightSection={team.id === row.team ? <Icon name="check" size={14} /> : undefined}
              onClick={() => give({ team: team.id }, t("change.team", { name: team.name }))}
            >
              {team.name}
            </Menu.Item>
          ))}
          {row.team && !wanted && (
            <Menu.Item onClick={() => give({ team: 0 }, t("change.no_team"))}>{t("assign.no_team")}</Menu.Item>
          )}
        </div>
      </Menu.Dropdown>
    </Menu>
  );
}
