import { Menu } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { base } from "../../api/client";
import type { Conversation } from "../../api/types";
import { useAllCommands } from "../../app/keys";
import { useMay } from "../../app/session";
import { Icon } from "../../parts/Icon";
import { LateMenu } from "../../parts/LateMenu";
import type { Face } from "../../parts/OnReach";
import { useChange } from "./change";
import css from "./Menus.module.css";

interface Props {
  row: Conversation;
  face: Face;
  open: boolean;
  setOpen: (open: boolean) => void;
  loaded: boolean;
  following: boolean;
  follow: () => void;
  unread: () => void;
  copyLink: () => void;
  print: () => void;
  spam: () => void;
  trash: () => void;
  show: (sheet: "access" | "record") => void;
}

/** What is done with a conversation more seldom. */
export default function MoreItems(props: Props) {
  const { row, face, open, setOpen, loaded, following, follow, unread, copyLink, print, spam, trash, show } = props;
  const { t } = useTranslation();
  const change = useChange();
  const mayWrite = useMay("conversation.write");
  const mayRestrict = useMay("conversation.restrict");
  const mayExport = useMay("conversation.export");
  // Where there is no room for their buttons. Not merely hidden elsewhere: a menu opens with its first item focused.
  const folded = window.matchMedia("(max-width: 759px)").matches;
  const all = useAllCommands();
  const narrow = !folded ? [] : all.filter((c) => c.id === "snooze" || c.id === "assign" || c.id === "take");
  const joins = all.filter((c) => c.id.startsWith("join.") || c.id === "statute");
  const path = `${base}/conversations/${row.id}`;
  return (
    <LateMenu face={face} open={open} setOpen={setOpen} width={250} className={css.tall}>
      {mayWrite && (
        <>
          {narrow.map((c) => (
            <Menu.Item key={c.id} leftSection={c.icon && <Icon name={c.icon} size={16} />} onClick={c.run}>
              {c.label}
            </Menu.Item>
          ))}
          <Menu.Label>{t("more.priority")}</Menu.Label>
          {[3, 2, 1, 0].map((p) => (
            <Menu.RadioItem
              key={p}
              value={String(p)}
              checked={row.priority === p}
              closeMenuOnClick
              onChange={() => void change(row, { priority: p })}
            >
              {t(`priority.${p}`)}
            </Menu.RadioItem>
          ))}
          <Menu.Divider />
          {joins.map((c) => (
            <Menu.Item key={c.id} leftSection={c.icon && <Icon name={c.icon} size={16} />} onClick={c.run}>
              {c.label}
            </Menu.Item>
          ))}
          <Menu.Item leftSection={<Icon name="phone" size={16} />} onClick={() => show("record")}>
            {t("more.record")}
          </Menu.Item>
        </>
      )}
      <Menu.Item leftSection={<Icon name="eye" size={16} />} disabled={!loaded} onClick={follow}>
        {t(following ? "more.unfollow" : "more.follow")}
      </Menu.Item>
      <Menu.Item leftSection={<Icon name="letter" size={16} />} onClick={unread}>
        {t("more.unread")}
      </Menu.Item>
      {mayRestrict && (
        <Menu.Item leftSection={<Icon name="lock" size={16} />} disabled={!loaded} onClick={() => show("access")}>
          {t("more.access")}
        </Menu.Item>
      )}
      <Menu.Divider />
      <Menu.Item leftSection={<Icon name="link" size={16} />} onClick={copyLink}>
        {t("more.copy")}
      </Menu.Item>
      <Menu.Item leftSection={<Icon name="file" size={16} />} onClick={print}>
        {t("more.print")}
      </Menu.Item>
      {mayExport && (
        <>
          <Menu.Item
            component="a"
            href={`${path}/export.pdf`}
            download
            leftSection={<Icon name="download" size={16} />}
          >
            {t("more.pdf")}
          </Menu.Item>
          <Menu.Item
            component="a"
            href={`${path}/export.zip`}
            download
            leftSection={<Icon name="download" size={16} />}
          >
            {t("more.zip")}
          </Menu.Item>
        </>
      )}
      {mayWrite && (
        <>
          <Menu.Divider />
          <Menu.Item leftSection={<Icon name="shield" size={16} />} onClick={spam}>
            {t(row.spam ? "more.not_spam" : "more.spam")}
          </Menu.Item>
          <Menu.Item leftSection={<Icon name={row.trashedAt ? "undo" : "trash"} size={16} />} onClick={trash}>
            {t(row.trashedAt ? "more.restore" : "more.trash")}
          </Menu.Item>
        </>
      )}
    </LateMenu>
  );
}
