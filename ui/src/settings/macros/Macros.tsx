import { Button } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { use, useState } from "react";
import { useTranslation } from "react-i18next";
import { del, get, newKey, post } from "../../api/client";
import { useMay } from "../../app/session";
import { findMacros } from "../../desk/compose/macro/find";
import { macrosQuery } from "../../desk/compose/macro/queries";
import type { ListedMacro, Macro } from "../../desk/compose/macro/types";
import { loadWords } from "../../i18n/i18n";
import { Pill } from "../../parts/Pill";
import { Failed, Quiet } from "../../parts/Trouble";
import { toast } from "../../parts/toast";
import { inWords } from "../../parts/trouble";
import { formCss } from "../form/fields";
import { Bones, Page, Section } from "../form/Page";
import list from "../list.module.css";
import { exportMacros, ImportSheet } from "./ImportSheet";
import MacroEditor from "./MacroEditor";

const words = Promise.all([loadWords("macro"), loadWords("field")]);

/** Macros by folder, or the one that is edited. */
export default function Macros({ id }: { id: string }) {
  use(words);
  return id ? <MacroEditor id={id === "new" ? 0 : Number(id)} /> : <Overview />;
}

function Overview() {
  const { t } = useTranslation();
  const macros = useQuery(macrosQuery);
  const [wanted, setWanted] = useState("");
  const [importing, setImporting] = useState(false);
  const all = macros.data ?? [];
  const found = wanted.trim()
    ? findMacros(
        all.map((m) => ({ ...m, active: true })),
        wanted.trim(),
        200,
      )
    : all;
  const shown = found.map((m) => all.find((a) => a.id === m.id) ?? m);
  const folders = [...new Set(shown.map((m) => m.folder))];
  return (
    <Page
      title={t("settings.macros.title")}
      about={t("macro.edit.about")}
      acts={
        <>
          <Button onClick={() => void exportMacros().catch((err) => toast(inWords(t, err), { tone: "bad" }))}>
            {t("macro.file.export")}
          </Button>
          <Button onClick={() => setImporting(true)}>{t("macro.file.import_open")}</Button>
          <Button
            variant="filled"
            renderRoot={(props) => <Link to="/settings/$" params={{ _splat: "macros/new" }} {...props} />}
          >
            {t("macro.edit.create")}
          </Button>
        </>
      }
    >
      {importing && <ImportSheet close={() => setImporting(false)} />}
      {macros.isPending && <Bones rows={3} />}
      {macros.error && (
        <Failed what={t("macro.edit.failed")} error={macros.error} retry={() => void macros.refetch()} />
      )}
      {macros.data?.length === 0 && (
        <Quiet icon="quote" title={t("macro.edit.none")}>
          <p>{t("macro.edit.none_text")}</p>
        </Quiet>
      )}
      {all.length > 0 && (
        <input
          className={formCss.input}
          type="search"
          aria-label={t("macro.edit.search")}
          placeholder={t("macro.edit.search")}
          value={wanted}
          onChange={(e) => setWanted(e.target.value)}
        />
      )}
      {all.length > 0 && shown.length === 0 && <p role="status">{t("macro.edit.none_found")}</p>}
      {folders.map((folder) => (
        <Section key={folder} flush title={folder ? folder.replaceAll("/", " › ") : t("macro.edit.top")}>
          {shown
            .filter((m) => m.folder === folder)
            .map((m) => (
              <Row key={m.id} macro={m} />
            ))}
        </Section>
      ))}
    </Page>
  );
}

function Row({ macro }: { macro: ListedMacro }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const manages = useMay("macro.manage");
  const mine = macro.audience === "personal" || manages;
  const renew = () => client.invalidateQueries({ queryKey: macrosQuery.queryKey });
  const trying = async (work: () => Promise<unknown>) => {
    try {
      await work();
    } catch (err) {
      toast(inWords(t, err), { tone: "bad" });
    }
    await renew();
  };
  const copy = () =>
    trying(async () => {
      const { folder, texts, actions, name } = await get<Macro>(`/macros/${macro.id}`);
      const body = {
        folder,
        texts,
        actions,
        name: t("macro.edit.copy_of", { name }).slice(0, 120),
        audience: "personal",
        teams: [],
        active: true,
        version: 0,
      };
      await post<Macro>("/macros", body, newKey());
    });
  const remove = () =>
    trying(async () => {
      await del(`/macros/${macro.id}`);
      toast(t("macro.edit.deleted", { name: macro.name }), {
        stays: 8000,
        action: { label: t("common.undo"), run: () => void trying(() => post(`/macros/${macro.id}/restore`)) },
      });
    });
  return (
    <div className={`${list.row} ${list.wrap}`} data-off={!macro.active || undefined}>
      <div className={list.body}>
        <div className={list.name}>
          {macro.name}
          <Pill tone={macro.audience === "personal" ? "grey" : "info"}>{t(`macro.edit.${macro.audience}`)}</Pill>
          {!macro.active && <Pill>{t("macro.edit.off")}</Pill>}
        </div>
        <div className={list.quiet}>
          {[...macro.languages.map((l) => l.toUpperCase()), ...macro.actions.map((a) => t(`macro.kind.${a.do}`))].join(
            " · ",
          )}
          {macro.uses > 0 && ` · ${t("macro.edit.used", { count: macro.uses })}`}
        </div>
      </div>
      <div className={list.acts}>
        <Button onClick={() => void copy()} aria-label={`${t("macro.edit.copy")}: ${macro.name}`}>
          {t("macro.edit.copy")}
        </Button>
        {mine && (
          <>
            <Button
              renderRoot={(props) => <Link to="/settings/$" params={{ _splat: `macros/${macro.id}` }} {...props} />}
              aria-label={`${t("common.edit")}: ${macro.name}`}
            >
              {t("common.edit")}
            </Button>
            <Button onClick={() => void remove()} aria-label={`${t("settings.delete")}: ${macro.name}`}>
              {t("settings.delete")}
            </Button>
          </>
        )}
      </div>
    </div>
  );
}
