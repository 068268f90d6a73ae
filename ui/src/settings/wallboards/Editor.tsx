import { Button } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { del, newKey, post, put } from "../../api/client";
import { useDirectory } from "../../api/queries";
import { useMe } from "../../app/session";
import { fieldsQuery } from "../../desk/fields/queries";
import { useFormat } from "../../i18n/format";
import { firstLanguage, isLanguage, languages } from "../../i18n/languages";
import { useNow } from "../../i18n/now";
import { toast } from "../../parts/toast";
import { inWords } from "../../parts/trouble";
import { Ask } from "../Ask";
import { Checks, Choice, Copyable, SelectField, TextField } from "../form/fields";
import { FormPage, Section } from "../form/Page";
import { useForm } from "../form/useForm";
import { ZoneField } from "../form/ZoneField";
import { type Wallboard, type WallboardEdit, type WallLink, wallboardsQuery } from "./queries";

const editOf = ({ name, teams, zone, language, theme, field, version }: Wallboard): WallboardEdit => ({
  name,
  teams,
  zone,
  language,
  theme,
  field,
  version,
});

/** A wallboard, or a new one. */
export function Editor({ board }: { board?: Wallboard }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const directory = useDirectory();
  const me = useMe();
  const fields = useQuery(fieldsQuery).data ?? [];
  const [key] = useState(newKey);
  const [dropping, setDropping] = useState(false);
  const [empty] = useState<WallboardEdit>(() => ({
    name: "",
    teams: [],
    zone: me.timeZone,
    language: isLanguage(me.language) ? me.language : firstLanguage(),
    theme: "dark",
    field: 0,
    version: 0,
  }));
  const again = () => client.invalidateQueries({ queryKey: wallboardsQuery.queryKey });
  const form = useForm<WallboardEdit>(
    board ? editOf(board) : empty,
    async (v) => {
      const edit = { ...v, field: v.field || undefined };
      const kept = board
        ? await put<Wallboard>(`/wallboards/${board.id}`, edit)
        : await post<Wallboard>("/wallboards", edit, key);
      await again();
      if (!board)
        void navigate({ to: "/settings/$", params: { _splat: `wallboards/${kept.id}` }, ignoreBlocker: true });
      return editOf(kept);
    },
    {
      check: (v): Record<string, string> => (v.name.trim() ? {} : { name: t("form.refusal.needed") }),
      shows: (at) => /^(name|zone|teams|field|language|theme)/.test(at),
    },
  );
  const { value: v, set, error } = form;
  const counted = fields.filter(
    (f) =>
      f.id === v.field ||
      (f.target === "conversation" && (f.kind === "choice" || f.kind === "tree") && !f.personal && !f.archivedAt),
  );
  return (
    <FormPage
      form={form}
      title={board?.name ?? t("wallboard.create")}
      about={t("wallboard.about_one")}
      back={{ to: "wallboards", label: t("settings.wallboards.title") }}
      save={board ? undefined : t("wallboard.make")}
      acts={
        board && (
          <>
            <Button component="a" href={`/app/wall/b${board.id}`} target="_blank" rel="noreferrer">
              {t("wallboard.look")}
            </Button>
            <Button onClick={() => setDropping(true)}>{t("settings.delete")}</Button>
          </>
        )
      }
    >
      <Section>
        <TextField
          label={t("wallboard.name")}
          placeholder={t("wallboard.name_example")}
          value={v.name}
          error={error("name")}
          change={(name) => set({ name })}
          maxLength={120}
          autoFocus={!board}
        />
        <Checks<number>
          legend={t("wallboard.teams")}
          hint={t("wallboard.teams_hint")}
          value={v.teams}
          error={error("teams")}
          change={(teams) => set({ teams })}
          options={directory.teams.map((team) => [team.id, team.name] as const)}
          empty={t("wallboard.no_teams")}
        />
        <SelectField<number>
          label={t("wallboard.field")}
          hint={t("wallboard.field_hint")}
          value={v.field ?? 0}
          error={error("field")}
          change={(field) => set({ field })}
          options={[[0, t("wallboard.promises")], ...counted.map((f) => [f.id, f.name] as const)]}
        />
      </Section>
      <Section title={t("wallboard.screen")}>
        <Choice<WallboardEdit["theme"]>
          legend={t("wallboard.theme")}
          value={v.theme}
          change={(theme) => set({ theme })}
          options={[
            ["dark", t("wallboard.dark")],
            ["light", t("wallboard.light")],
          ]}
        />
        <SelectField<WallboardEdit["language"]>
          label={t("wallboard.language")}
          value={v.language}
          change={(language) => set({ language })}
          options={Object.entries(languages) as [WallboardEdit["language"], string][]}
        />
        <ZoneField label={t("wallboard.zone")} value={v.zone} error={error("zone")} change={(zone) => set({ zone })} />
      </Section>
      {board && <LinkSection board={board} again={again} />}
      {dropping && board && (
        <Ask
          title={t("wallboard.delete_title", { name: board.name })}
          act={t("settings.delete")}
          close={() => setDropping(false)}
          run={async () => {
            await del(`/wallboards/${board.id}`);
            await again();
            toast(t("wallboard.deleted"));
            void navigate({ to: "/settings/$", params: { _splat: "wallboards" }, ignoreBlocker: true });
          }}
        >
          <p>{t("wallboard.delete_text")}</p>
        </Ask>
      )}
    </FormPage>
  );
}

/** The link for a screen at which nobody is signed in. It is shown once, as it is made. */
function LinkSection({ board: b, again }: { board: Wallboard; again: () => Promise<void> }) {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow();
  const [token, setToken] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const [asking, setAsking] = useState<"new" | "none">();
  const make = async () => {
    setBusy(true);
    setProblem("");
    try {
      setToken((await post<WallLink>(`/wallboards/${b.id}/link`, undefined)).token);
      await again();
    } catch (err) {
      setProblem(inWords(t, err));
    }
    setBusy(false);
  };
  return (
    <Section title={t("wallboard.link")} about={t("wallboard.link_about")}>
      {token && <Copyable label={t("wallboard.link_new")} text={`${window.location.origin}/app/wall/${token}`} />}
      {token && <p>{t("wallboard.link_once")}</p>}
      {!token && b.linkAt && <p>{t("wallboard.link_since", { at: format.moment(Date.parse(b.linkAt), now) })}</p>}
      {problem && <p role="alert">{problem}</p>}
      <div>
        <Button loading={busy} onClick={() => (b.linkAt ? setAsking("new") : void make())}>
          {t(b.linkAt ? "wallboard.link_again" : "wallboard.link_make")}
        </Button>{" "}
        {b.linkAt && <Button onClick={() => setAsking("none")}>{t("wallboard.link_close")}</Button>}
      </div>
      {asking && (
        <Ask
          title={t(asking === "new" ? "wallboard.link_again" : "wallboard.link_close")}
          act={t(asking === "new" ? "wallboard.link_again" : "wallboard.link_close")}
          close={() => setAsking(undefined)}
          run={async () => {
            if (asking === "new") return make();
            await del(`/wallboards/${b.id}/link`);
            setToken("");
            await again();
            toast(t("wallboard.link_closed"));
          }}
        >
          <p>{t("wallboard.link_stops")}</p>
        </Ask>
      )}
    </Section>
  );
}
