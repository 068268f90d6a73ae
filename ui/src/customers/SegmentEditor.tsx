import { Button } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { use, useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import { del, newKey, post, put } from "../api/client";
import { useDirectory } from "../api/queries";
import { type Segment, type SegmentTally, segmentsQuery } from "../api/segments";
import type { Customer } from "../api/types";
import { useMay, useMe } from "../app/session";
import { Subject } from "../desk/views/attributes";
import { ConditionEditor } from "../desk/views/ConditionEditor";
import type { Node } from "../desk/views/saved";
import css from "../desk/views/views.module.css";
import { useFormat } from "../i18n/format";
import { loadWords } from "../i18n/i18n";
import { toast } from "../parts/toast";
import { inWords } from "../parts/trouble";
import { FormSheet } from "../settings/form/FormSheet";
import { Checks, Choice, TextField } from "../settings/form/fields";
import { useForm } from "../settings/form/useForm";

const words = Promise.all([loadWords("views"), loadWords("form"), loadWords("settings")]);

interface Edit {
  name: string;
  audience: "personal" | "teams" | "everyone";
  teams: number[];
  condition: Node;
  zone: string;
  version: number;
}

const editOf = ({ name, audience, teams, condition, zone, version }: Segment): Edit => ({
  name,
  audience: audience as Edit["audience"],
  teams: teams ?? [],
  condition: condition as Node,
  zone,
  version,
});

interface Props {
  /** The segment to change; a new one where absent. */
  segment?: Segment;
  show: (id: number | undefined) => void;
  close: () => void;
}

/** Where a segment is made and changed, with whom it finds below it. */
export default function SegmentEditor({ segment, show, close }: Props) {
  use(words);
  const { t } = useTranslation();
  const me = useMe();
  const client = useQueryClient();
  const directory = useDirectory();
  const manages = useMay("view.manage");
  const [key] = useState(newKey);
  const [sure, setSure] = useState(false);
  const id = segment?.id ?? 0;
  const form = useForm<Edit>(
    segment
      ? editOf(segment)
      : {
          name: "",
          audience: "personal",
          teams: [],
          condition: { all: [{ attr: "value", op: "more", values: ["100"] }] },
          zone: me.timeZone,
          version: 0,
        },
    async (v) => {
      const kept = id ? await put<Segment>(`/segments/${id}`, v) : await post<Segment>("/segments", v, key);
      await client.invalidateQueries({ queryKey: segmentsQuery.queryKey });
      void client.invalidateQueries({ queryKey: ["customers"] });
      if (!id) setTimeout(() => show(kept.id));
      return editOf(kept);
    },
    {
      check: (v): Record<string, string> => (v.name.trim() ? {} : { name: t("form.refusal.needed") }),
      shows: (at) => /^(name|audience|teams|condition)/.test(at),
    },
  );
  const v = form.value;
  async function remove() {
    try {
      await del(`/segments/${id}`);
      show(undefined);
      void client.invalidateQueries({ queryKey: segmentsQuery.queryKey });
      close();
    } catch (err) {
      setSure(false);
      toast(inWords(t, err), { tone: "bad" });
    }
  }
  return (
    <FormSheet<Edit>
      title={t(id ? "segments.edit_title" : "segments.create_title")}
      form={form}
      save={t("segments.save")}
      close={close}
      always={!id}
      aside={
        id > 0 && (
          <Button
            variant={sure ? "filled" : "subtle"}
            color="var(--late)"
            onClick={() => (sure ? void remove() : setSure(true))}
          >
            {t(sure ? "segments.delete_sure" : "segments.delete")}
          </Button>
        )
      }
    >
      <TextField
        label={t("segments.name")}
        value={v.name}
        maxLength={80}
        error={form.error("name")}
        change={(name) => form.set({ name })}
        autoFocus={!id}
      />
      <Subject.Provider value="customer">
        <ConditionEditor
          node={v.condition}
          change={(condition) => form.set({ condition })}
          error={(path) => form.error(`condition.${path}`) ?? (path === "" ? form.error("condition") : undefined)}
        />
      </Subject.Provider>
      <Found condition={v.condition} zone={v.zone} />
      {manages && (
        <Choice<Edit["audience"]>
          legend={t("segments.audience")}
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
      <p>{t("views.zone", { zone: v.zone })}</p>
    </FormSheet>
  );
}

/** Whom the condition finds now, while it is written. */
function Found({ condition, zone }: { condition: Node; zone: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const asked = useDeferredValue(JSON.stringify({ condition, zone }));
  const found = useQuery({
    queryKey: ["segments", "preview", asked],
    queryFn: () => post<SegmentTally & { items: Customer[] }>("/segments/preview", JSON.parse(asked)),
    placeholderData: (last) => last,
    retry: false,
    staleTime: 10_000,
  });
  return (
    <section className={css.preview} aria-live="polite" aria-label={t("segments.finds")}>
      {found.error ? (
        <p>{t("views.incomplete")}</p>
      ) : found.data ? (
        <>
          <strong>
            {t(found.data.estimate ? "segments.finds_about" : "segments.finds_count", {
              count: found.data.count,
              shown: `${format.number(found.data.count)}${found.data.capped ? "+" : ""}`,
            })}
          </strong>
          <ul>
            {found.data.items.slice(0, 3).map((c) => (
              <li key={c.id} className="cut">
                {c.name}
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
