import { useQuery, useQueryClient } from "@tanstack/react-query";
import type { Editor } from "@tiptap/core";
import { lazy, type RefObject, Suspense, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { loadWords } from "../../../i18n/i18n";
import { toast } from "../../../parts/toast";
import { inWords } from "../../../parts/trouble";
import { filledQuery, macrosQuery } from "./queries";
import type { MacroChoice } from "./suggestion";
import type { Action, ListedMacro, Where } from "./types";

const MacroList = lazy(async () => {
  await Promise.all([loadWords("macro"), loadWords("field")]);
  return import("./MacroList");
});

/** How a composer uses macros. */
export interface MacroUse {
  where: Where;
  /** Only those with a text: who uses them may not change conversations. */
  textOnly?: boolean;
  /** Opens the list as soon as the editor stands. */
  open?: boolean;
  /** A macro was chosen; its text is in the editor already, "" where it has none. */
  chosen: (macro: ListedMacro, html: string, actions: readonly Action[]) => void;
}

interface Props {
  use: MacroUse;
  choice: MacroChoice | undefined;
  editor: Editor;
  offered: RefObject<() => Promise<readonly ListedMacro[]>>;
  picked: RefObject<(macro: ListedMacro) => void>;
  insert: (html: string) => void;
}

/** Joins the editor to the macros: what "/" offers, and what is done with the one that is chosen. */
export function MacroPicker({ use, choice, editor, offered, picked, insert }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  useQuery(macrosQuery); // fetched with the editor, so that the first slash need not wait
  offered.current = async () => {
    const all = await client.ensureQueryData(macrosQuery).catch(() => []);
    return use.textOnly ? all.filter((m) => m.languages.length > 0) : all;
  };
  picked.current = async (macro) => {
    if (macro.languages.length === 0) {
      use.chosen(macro, "", macro.actions);
      return;
    }
    try {
      const filled = await client.fetchQuery(filledQuery(macro.id, use.where));
      insert(filled.html);
      use.chosen(macro, filled.html, filled.actions);
    } catch (err) {
      toast(inWords(t, err), { tone: "bad" });
    }
  };
  const marked = choice?.items[choice.at]?.id;
  useEffect(() => {
    if (marked === undefined) return; // nor is there a view before the editor is mounted
    const dom = editor.view.dom;
    dom.setAttribute("aria-controls", "macro-list");
    dom.setAttribute("aria-autocomplete", "list");
    dom.setAttribute("aria-activedescendant", `macro-${marked}`);
    return () => {
      for (const name of ["aria-controls", "aria-autocomplete", "aria-activedescendant"]) dom.removeAttribute(name);
    };
  }, [editor, marked]);
  if (!choice) return null;
  return (
    <Suspense>
      <MacroList state={choice} where={use.where} />
    </Suspense>
  );
}
