import { Menu } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, use, useState } from "react";
import { useTranslation } from "react-i18next";
import { newKey, post, put } from "../../api/client";
import { KeysRest } from "../../app/keys";
import { useMay } from "../../app/session";
import { loadWords } from "../../i18n/i18n";
import { LateMenu } from "../../parts/LateMenu";
import type { Face } from "../../parts/OnReach";
import { toast } from "../../parts/toast";
import { inWords } from "../../parts/trouble";
import { type Export, Writing } from "../../parts/Writing";
import { useAttributeName, useAttributes } from "./attributes";
import { type SavedView, savedViewsQuery } from "./saved";

const ViewEditor = lazy(() => import("./ViewEditor"));
const BulkHistory = lazy(() => import("../bulk/BulkHistory"));
const words = loadWords("views");

interface Props {
  view: string;
  saved: SavedView | undefined;
  face: Face;
  open: boolean;
  setOpen: (open: boolean) => void;
  setLayout: (layout: "list" | "table") => void;
  layout: "list" | "table";
}

const usualColumns = [
  "number",
  "customer.name",
  "customer.address",
  "subject",
  "status",
  "priority",
  "assignee",
  "team",
  "inbox",
  "tags",
  "created",
  "last",
];

/** What can be done with a view as a whole. */
export default function ViewActs({ view, saved, face, open, setOpen, layout, setLayout }: Props) {
  use(words);
  const { t } = useTranslation();
  const client = useQueryClient();
  const mayExport = useMay("conversation.export");
  const mayWrite = useMay("conversation.write");
  const [past, setPast] = useState(false);
  const attributes = useAttributes();
  const nameOf = useAttributeName();
  const [editing, setEditing] = useState<"" | "edit" | "copy">("");
  const [file, setFile] = useState(0);

  async function pin() {
    if (!saved) return;
    const change = saved.pinned ? { hidden: [saved.id] } : { pinned: [saved.id] };
    try {
      await put("/saved-views/order", { order: [], ...change });
      await client.invalidateQueries({ queryKey: savedViewsQuery.queryKey });
    } catch (err) {
      toast(inWords(t, err), { tone: "bad" });
    }
  }
  async function write() {
    const own = saved?.columns.map((c) => c.key) ?? [];
    const columns = [...new Set(["number", ...(own.length ? own : usualColumns)])];
    const titles = columns.map((key) => {
      const a = attributes.find((x) => x.key === key);
      return a ? nameOf(a) : t(`views.column_${key}`);
    });
    try {
      const e = await post<Export>("/exports", { view, columns, titles }, newKey());
      setFile(e.id);
    } catch (err) {
      toast(inWords(t, err), { tone: "bad" });
    }
  }
  return (
    <>
      <LateMenu face={face} open={open} setOpen={setOpen} position="bottom-end">
        {saved?.mayChange && <Menu.Item onClick={() => setEditing("edit")}>{t("views.edit")}</Menu.Item>}
        {saved && <Menu.Item onClick={() => setEditing("copy")}>{t("views.duplicate")}</Menu.Item>}
        {saved && <Menu.Item onClick={() => void pin()}>{t(saved.pinned ? "views.unpin" : "views.pin")}</Menu.Item>}
        <Menu.Item onClick={() => setLayout(layout === "table" ? "list" : "table")}>
          {t(layout === "table" ? "views.as_list" : "views.as_table")}
        </Menu.Item>
        {mayExport && <Menu.Item onClick={() => void write()}>{t("views.export")}</Menu.Item>}
        {mayWrite && <Menu.Item onClick={() => setPast(true)}>{t("bulk.past")}</Menu.Item>}
      </LateMenu>
      {editing && (
        <Suspense fallback={<KeysRest />}>
          <ViewEditor view={saved} copy={editing === "copy"} close={() => setEditing("")} />
        </Suspense>
      )}
      {past && (
        <Suspense fallback={<KeysRest />}>
          <BulkHistory close={() => setPast(false)} />
        </Suspense>
      )}
      {file > 0 && <Writing id={file} words="views" over={() => setFile(0)} />}
    </>
  );
}
