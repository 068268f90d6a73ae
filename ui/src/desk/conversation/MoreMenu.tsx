import { Menu } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { base, del, put } from "../../api/client";
import type { Conversation, Opened } from "../../api/types";
import { useAllCommands, useCommands } from "../../app/keys";
import { useMay, useMe } from "../../app/session";
import { applyRow } from "../../live/rows";
import { Icon } from "../../parts/Icon";
import { toast } from "../../parts/toast";
import { inWords } from "../../parts/trouble";
import { useChange } from "./change";
import css from "./Menus.module.css";

const AccessSheet = lazy(() => import("./AccessSheet").then((m) => ({ default: m.AccessSheet })));
const RecordSheet = lazy(() => import("../compose/RecordSheet").then((m) => ({ default: m.RecordSheet })));

/** What is done more seldom. */
export function MoreMenu({ row, opened, view }: { row: Conversation; opened: Opened | undefined; view: string }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const me = useMe();
  const change = useChange();
  const mayWrite = useMay("conversation.write");
  const mayRestrict = useMay("conversation.restrict");
  const mayExport = useMay("conversation.export");
  const [over, setOver] = useState<"" | "access" | "record">("");
  const key = ["conversation", row.number];
  const following = opened?.followers.includes(me.id) ?? false;

  async function follow(on: boolean) {
    const before = client.getQueryData<Opened>(key);
    client.setQueryData<Opened>(
      key,
      (o) => o && { ...o, followers: on ? [...o.followers, me.id] : o.followers.filter((f) => f !== me.id) },
    );
    try {
      const path = `/conversations/${row.id}/followers/${me.id}`;
      await (on ? put(path) : del(path));
      void client.invalidateQueries({ queryKey: ["list", "following"] });
      void client.invalidateQueries({ queryKey: ["views"] });
    } catch (err) {
      client.setQueryData(key, before);
      toast(inWords(t, err), { tone: "bad" });
    }
  }

  async function unread() {
    try {
      await put(`/conversations/${row.id}/read`, { message: 0 });
      applyRow(client, { ...row, unread: true }, me.id);
    } catch (err) {
      toast(inWords(t, err), { tone: "bad" });
    }
  }

  async function copyLink() {
    const url = `${window.location.origin}/app/view/${view}/${row.number}`;
    try {
      await navigator.clipboard.writeText(url);
      toast(t("more.copied"));
    } catch {
      toast(url, { stays: 20_000 }); // no clipboard without https: the link itself can be marked
    }
  }

  const spam = () => void change(row, { spam: !row.spam }, t(row.spam ? "change.not_spam" : "change.spam"));
  const trash = () =>
    void change(row, { trashed: !row.trashedAt }, t(row.trashedAt ? "change.restored" : "change.trashed"));
  // Where there is no room for their buttons.
  const narrow = useAllCommands().filter((c) => c.id === "snooze" || c.id === "assign" || c.id === "take");
  const path = `${base}/conversations/${row.id}`;

  useCommands([
    ...(mayWrite
      ? ([
          {
            id: "spam",
            label: t(row.spam ? "more.not_spam" : "more.spam"),
            group: "conversation",
            keys: ["!"],
            icon: "shield",
            run: spam,
          },
          {
            id: "trash",
            label: t(row.trashedAt ? "more.restore" : "more.trash"),
            group: "conversation",
            keys: ["#"],
            icon: "trash",
            run: trash,
          },
          { id: "record", label: t("more.record"), group: "write", icon: "phone", run: () => setOver("record") },
        ] as const)
      : []),
    {
      id: "follow",
      label: t(following ? "more.unfollow" : "more.follow"),
      group: "conversation",
      keys: ["f"],
      icon: "eye",
      run: () => void follow(!following),
    },
    { id: "copy", label: t("more.copy"), group: "conversation", icon: "link", run: () => void copyLink() },
    { id: "print", label: t("more.print"), group: "conversation", icon: "file", run: () => window.print() },
  ]);

  return (
    <>
      <Menu width={250}>
        <Menu.Target>
          <button type="button" className={css.more} aria-label={t("more.label")} title={t("more.label")}>
            <Icon name="more" />
          </button>
        </Menu.Target>
        <Menu.Dropdown className={css.scroll}>
          {mayWrite && (
            <>
              {narrow.map((c) => (
                <Menu.Item
                  key={c.id}
                  className={css.narrow}
                  leftSection={c.icon && <Icon name={c.icon} size={16} />}
                  onClick={c.run}
                >
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
              <Menu.Item leftSection={<Icon name="phone" size={16} />} onClick={() => setOver("record")}>
                {t("more.record")}
              </Menu.Item>
            </>
          )}
          <Menu.Item
            leftSection={<Icon name="eye" size={16} />}
            disabled={!opened}
            onClick={() => void follow(!following)}
          >
            {t(following ? "more.unfollow" : "more.follow")}
          </Menu.Item>
          <Menu.Item leftSection={<Icon name="letter" size={16} />} onClick={() => void unread()}>
            {t("more.unread")}
          </Menu.Item>
          {mayRestrict && (
            <Menu.Item
              leftSection={<Icon name="lock" size={16} />}
              disabled={!opened}
              onClick={() => setOver("access")}
            >
              {t("more.access")}
            </Menu.Item>
          )}
          <Menu.Divider />
          <Menu.Item leftSection={<Icon name="link" size={16} />} onClick={() => void copyLink()}>
            {t("more.copy")}
          </Menu.Item>
          <Menu.Item leftSection={<Icon name="file" size={16} />} onClick={() => window.print()}>
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
        </Menu.Dropdown>
      </Menu>
      <Suspense>
        {over === "access" && opened && <AccessSheet opened={opened} close={() => setOver("")} />}
        {over === "record" && <RecordSheet conversation={row} close={() => setOver("")} />}
      </Suspense>
    </>
  );
}
