import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../../i18n/format";
import { fieldsQuery } from "../../fields/queries";
import css from "./MacroList.module.css";
import { placeholderWords, withChips } from "./placeholder";
import type { Filled } from "./types";

/** What a macro says, with a mark where a value is missing. */
export function Preview({ filled }: { filled: Filled }) {
  const { t } = useTranslation();
  const format = useFormat();
  const fields = useQuery(fieldsQuery).data ?? [];
  const html = useMemo(() => withChips(filled.html), [filled.html]);
  const languages = new Intl.DisplayNames([format.language], { type: "language" });
  return (
    <>
      {filled.wanted && filled.language && (
        <p className={css.warn}>
          {t("macro.other_language", { wanted: languages.of(filled.wanted), shown: languages.of(filled.language) })}
        </p>
      )}
      {filled.html && (
        // biome-ignore lint/security/noDangerouslySetInnerHtml: agents' own words, sanitised by the server (htmltext.SanitiseComposed); values come escaped
        <div className={css.text} lang={filled.language} dangerouslySetInnerHTML={{ __html: html }} />
      )}
      {filled.missing.length > 0 && (
        <p className={css.warn}>
          {t("macro.missing", {
            what: format.list(filled.missing.map((m) => placeholderWords(m, t as never, fields))),
          })}
        </p>
      )}
    </>
  );
}
