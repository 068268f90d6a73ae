import { Button } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { use, useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import { del, newKey, post, put } from "../../api/client";
import { useDirectory } from "../../api/queries";
import type { Conversation } from "../../api/types";
import { useMay, useMe } from "../../app/session";
import { loadWords } from "../../i18n/i18n";
import { toast } from "../../parts/toast";
import { inWords } from "../../parts/trouble";
import { FormSheet } from "../../settings/form/FormSheet";
import { Checks, Choice, SelectField, Switch, TextField } from "../../settings/form/fields";
import { useForm } from "../../settings/form/useForm";
import { useAttributeName, useAttributes } from "./attributes";
import { ColumnsField } from "./ColumnsField";
import { ConditionEditor } from "./ConditionEditor";
import { icons, type Node, type SavedView, savedViewsQuery, type ViewEdit } from "./saved";
import css from "./views.module.css";

const words = Promise.all([loadWords("views"), loadWords("form"), loadWords("settings")]);

const columns = ["customer", "subject", "status", "priority", "assignee", "tags", "due", "last"].map((key) => ({
  key,
}));

const blank = (zone: string): ViewEdit => ({
  name: "",
  audience: "personal",
  teams: [],
  icon: "list",
  colour: "grey",
  shelves: ["active"],
  condition: { all: [{ attr: "status", op: "is", values: ["new", "open"] }] },
  sort: { by: "due" },
  layout: "list",
  columns,
  pinned: true,
  zone,
  version: 0,
});

const editOf = ({
  name,
  audience,
  teams,
  icon,
  colour,
  shelves,
  condition,
  sort,
  layout,
  columns,
  pinned,
  zone,
  version,
}: SavedView): ViewEdit => ({
  name,
  audience,
  teams,
  icon,
  colour,
  shelves,
  condition,
  sort,
  layout,
  columns,
  pinned,
  zone,
  version,
});

interface Props {
  /** The view to change; a new one where absent. */
  view?: SavedView;
  /** Begin a new one like it. */
  copy?: boolean;
  close: () => void;
}

/** Where a view is made and changed, with what it finds beside it. */
export default function ViewEditor({ view, copy, close }: Props) {
  use(words);
  const { t } = useTranslation();
  const me = useMe();
  const client = useQueryClient();
  const navigate = useNavigate();
  const directory = useDirectory();
  const attributes = useAttributes();
  const nameOf = useAttributeName();
  const manages = useMay("view.manage");
  const [key, setKey] = useState(newKey);
  const id = view && !copy ? view.id : 0;
  const first = view
    ? {
        ...editOf(view),
        ...(copy
          ? { name: t("views.copy_of", { name: view.name }), audience: "personal" as const, teams: [], version: 0 }
          : {}),
      }
    : blank(me.timeZone);
  const form = useForm<ViewEdit>(
    first,
    async (v) => {
      const kept = id ? await put<SavedView>(`/saved-views/${id}`, v) : await post<SavedView>("/saved-views", v, key);
      setKey(newKey());
      await client.invalidateQueries({ queryKey: savedViewsQuery.queryKey });
      void client.invalidateQueries({ queryKey: ["views"] });
      if (!id) setTimeout(() => void navigate({ to: "/view/$view", params: { view: `saved:${kept.id}` } }));
      return editOf(kept);
    },
    {
      check: (v): Record<string, string> => (v.name.trim() ? {} : { name: t("form.refusal.needed") }),
      shows: (at) => /^(name|audience|teams|condition|shelves|sort)/.test(at),
    },
  );
  const v = form.value;
  const live = !v.shelves.some((s) => s !== "active" && s !== "snoozed");
  async function remove() {
    try {
      await del(`/saved-views/${id}`);
      await client.invalidateQueries({ queryKey: savedViewsQuery.queryKey });
      void navigate({ to: "/view/$view", params: { view: "mine" } });
      toast(t("views.deleted", { name: v.name }), {
        stays: 15_000,
        action: {
          label: t("common.undo"),
          run: () =>
            void post(`/saved-views/${id}/restore`).then(() =>
              client.invalidateQueries({ queryKey: savedViewsQuery.queryKey }),
            ),
        },
      });
      close();
    } catch (err) {
      toast(inWords(t, err), { tone: "bad" });
    }
  }
  return (
    <FormSheet<ViewEdit>
      title={t(id ? "views.edit" : "views.create")}
      form={form}
      save={t("views.save")}
      close={close}
      always={!id}
      aside={
        id > 0 && (
          <Button variant="subtle" color="var(--late)" onClick={() => void remove()}>
            {t("views.delete")}
          </Button>
        )
      }
    >
      <TextField
        label={t("views.name")}
        value={v.name}
        maxLength={80}
        error={form.error("name")}
        change={(name) => form.set({ name })}
        autoFocus={!id}
      />
      <Checks<string>
        legend={t("views.looks_through")}
        value={v.shelves}
        error={form.error("shelves")}
        change={(shelves) =>
          form.set({
            shelves,
            ...(shelves.some((s) => s !== "active" && s !== "snoozed") ? { sort: { by: "last", desc: true } } : {}),
          })
        }
        options={["active", "snoozed", "finished", "spam", "trash"].map(
          (s) => [s, t(`views.code.shelf.${s}`)] as const,
        )}
      />
      <ConditionEditor
        node={v.condition}
        change={(condition) => form.set({ condition })}
        error={(path) => form.error(`condition.${path}`)}
      />
      <Found condition={v.condition} shelves={v.shelves} zone={v.zone} />
      <div className={css.row}>
        <SelectField<string>
          label={t("views.sort")}
          value={v.sort.by}
          error={form.error("sort.by")}
          change={(by) => form.set({ sort: { ...v.sort, by } })}
          options={(live ? attributes.filter((a) => a.sorts) : attributes.filter((a) => a.key === "last")).map(
            (a) => [a.key, nameOf(a)] as const,
          )}
        />
        <SelectField<string>
          label={t("views.direction")}
          value={v.sort.desc ? "desc" : "asc"}
          change={(d) => form.set({ sort: { by: v.sort.by, ...(d === "desc" ? { desc: true } : {}) } })}
          options={[["asc", t("views.asc")] as const, ["desc", t("views.desc")] as const]}
        />
        <SelectField<string>
          label={t("views.layout")}
          value={v.layout}
          change={(layout) => form.set({ layout: layout as ViewEdit["layout"] })}
          options={[["list", t("views.layout_list")] as const, ["table", t("views.layout_table")] as const]}
        />
      </div>
      {v.layout === "table" && <ColumnsField columns={v.columns} change={(columns) => form.set({ columns })} />}
      <div className={css.row}>
        <SelectField<string>
          label={t("views.icon")}
          value={v.icon}
          change={(icon) => form.set({ icon })}
          options={icons.map((i) => [i, t(`views.icons.${i}`)] as const)}
        />
        <SelectField<string>
          label={t("views.colour")}
          value={v.colour}
          change={(colour) => form.set({ colour: colour as ViewEdit["colour"] })}
          options={["grey", "green", "amber", "red", "blue", "violet"].map(
            (c) => [c, t(`views.colours.${c}`)] as const,
          )}
        />
      </div>
      {manages && (
        <Choice<ViewEdit["audience"]>
          legend={t("views.audience")}
          value={v.audience}
          error={form.error("audience")}
          change={(audience) => form.set({ audience })}
          options={(["personal", "teams", "everyone"] as const).map((a) => [a, t(`views.for_${a}`)] as const)}
        />
      )}
      {manages && v.audience === "teams" && (
        <Checks<number>
          legend={t("views.teams")}
          value={v.teams}
          error={form.error("teams")}
          change={(teams) => form.set({ teams })}
          options={directory.teams.map((x) => [x.id, x.name] as const)}
        />
      )}
      <Switch label={t("views.pinned")} checked={v.pinned} change={(pinned) => form.set({ pinned })} />
      <p>{t("views.zone", { zone: v.zone })}</p>
    </FormSheet>
  );
}

interface Previewed {
  count: number;
  capped?: boolean;
  estimate?: boolean;
  items: Conversation[];
}

/** What the condition finds now, while it is written. */
function Found({ condition, shelves, zone }: { condition: Node; shelves: string[]; zone: string }) {
  const { t } = useTranslation();
  const asked = useDeferredValue(JSON.stringify({ condition, shelves, zone }));
  const found = useQuery({
    queryKey: ["condition", asked],
    queryFn: () => post<Previewed>("/conversations/preview", JSON.parse(asked)),
    placeholderData: (last) => last,
    retry: false,
    staleTime: 10_000,
  });
  return (
    <section className={css.preview} aria-live="polite" aria-label={t("views.finds")}>
      {found.error ? (
        <p>{t("views.incomplete")}</p>
      ) : found.data ? (
        <>
          <strong>
            {t(found.data.estimate ? "views.finds_about" : "views.finds_count", {
              count: found.data.count,
              shown: found.data.capped ? "10 000+" : String(found.data.count),
            })}
          </strong>
          <ul>
            {found.data.items.slice(0, 3).map((c) => (
              <li key={c.id} className="cut">
                #{c.number} {c.customerName}: {c.subject}
              </li>
            ))}
          </ul>
        </>
      ) : (
        <p>…</p>
      )}
    </section>
  );
}
