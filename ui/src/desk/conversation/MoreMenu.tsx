import { useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { del, put } from "../../api/client";
import type { Conversation, Opened } from "../../api/types";
import { useCommands } from "../../app/keys";
import { useMay, useMe } from "../../app/session";
import { applyRow } from "../../live/rows";
import { Icon } from "../../parts/Icon";
import { OnReach } from "../../parts/OnReach";
import { toast } from "../../parts/toast";
import { inWords } from "../../parts/trouble";
import { useChange } from "./change";
import { useJoins } from "./join/useJoins";
import css from "./Menus.module.css";
import { usePaper } from "./paper";
import { printWhole } from "./print";

const load = () => import("./MoreItems");
const MoreItems = lazy(load);
const AccessSheet = lazy(() => import("./AccessSheet").then((m) => ({ default: m.AccessSheet })));
const RecordSheet = lazy(() => import("../compose/RecordSheet").then((m) => ({ default: m.RecordSheet })));

/** What is done more seldom. */
export function MoreMenu({ row, opened, view }: { row: Conversation; opened: Opened | undefined; view: string }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const me = useMe();
  const change = useChange();
  const mayWrite = useMay("conversation.write");
  const [open, setOpen] = useState(false);
  const [over, setOver] = useState<"" | "access" | "record">("");
  const key = ["conversation", row.number];
  const joins = useJoins(row, opened);
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

  usePaper();
  async function print() {
    try {
      await printWhole(row.id);
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
          ...[3, 2, 1, 0].map((p) => ({
            id: `priority.${p}`,
            label: t("conversation.priority_is", { priority: t(`priority.${p}`) }),
            group: "conversation" as const,
            run: () => void change(row, { priority: p }),
          })),
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
    {
      id: "unread",
      label: t("more.unread"),
      group: "conversation",
      keys: ["shift+u"],
      icon: "letter",
      run: () => void unread(),
    },
    { id: "copy", label: t("more.copy"), group: "conversation", icon: "link", run: () => void copyLink() },
    {
      id: "print",
      label: t("more.print"),
      group: "conversation",
      keys: ["mod+p"],
      everywhere: true,
      icon: "file",
      run: () => void print(),
    },
  ]);

  const face = (
    <button type="button" className={css.more} aria-label={t("more.label")} title={t("more.label")}>
      <Icon name="more" />
    </button>
  );
  return (
    <>
      <OnReach face={face} open={open} setOpen={setOpen} load={load}>
        <MoreItems
          row={row}
          face={face}
          open={open}
          setOpen={setOpen}
          loaded={opened !== undefined}
          following={following}
          follow={() => void follow(!following)}
          unread={() => void unread()}
          copyLink={() => void copyLink()}
          print={() => void print()}
          spam={spam}
          trash={trash}
          show={setOver}
        />
      </OnReach>
      {joins}
      <Suspense>
        {over === "access" && opened && <AccessSheet opened={opened} close={() => setOver("")} />}
        {over === "record" && <RecordSheet conversation={row} close={() => setOver("")} />}
      </Suspense>
    </>
  );
}
