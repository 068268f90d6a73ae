import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { EditorHandle } from "../../desk/compose/Editor";
import { isBlank } from "../../desk/compose/html";
import { fieldPlaceholder, placeholderKey, placeholderWords } from "../../desk/compose/macro/placeholder";
import { placeholders } from "../../desk/compose/macro/types";
import { fieldsQuery } from "../../desk/fields/queries";
import { useFormat } from "../../i18n/format";
import { Bone } from "../../parts/Skeleton";
import { toast } from "../../parts/toast";
import { SelectField, TextField, Wrong } from "../form/fields";
import css from "./Macros.module.css";

const Editor = lazy(() => import("../../desk/compose/Editor"));

/** Languages that customers are written to in, as internal/platform/locale has them. */
const languages = ["en", "lv", "lt", "pl", "ru", "uk", "et", "de"] as const;

interface Props {
  texts: Record<string, string>;
  change: (texts: Record<string, string>) => void;
  error: (language: string) => string | undefined;
}

/** A macro's text in each language, with a menu of the values that it can hold. */
export function TextFields({ texts, change, error }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const names = new Intl.DisplayNames([format.language], { type: "language" });
  const [shown, setShown] = useState<string>(() => {
    const has = languages.find((l) => texts[l]);
    return has ?? languages.find((l) => l === format.language) ?? "en";
  });
  const [value, setValue] = useState<string>(placeholders[0]);
  const [fallback, setFallback] = useState("");
  const fields = (useQuery(fieldsQuery).data ?? []).filter((f) => !f.archivedAt);
  const editor = useRef<EditorHandle>(null);
  const latest = useRef(texts);
  latest.current = texts;
  return (
    <>
      <div className={css.languages} role="tablist" aria-label={t("macro.edit.languages")}>
        {languages.map((l) => (
          <button
            key={l}
            type="button"
            role="tab"
            aria-selected={l === shown}
            data-bad={error(l) ? true : undefined}
            onClick={() => setShown(l)}
          >
            {names.of(l)}
            {texts[l] && <span aria-hidden="true"> ●</span>}
          </button>
        ))}
      </div>
      <div className={css.text}>
        <Suspense fallback={<Bone height={90} />}>
          <Editor
            key={shown}
            ref={editor}
            html={texts[shown] ?? ""}
            label={t("macro.edit.text_in", { language: names.of(shown) })}
            placeholder={t("macro.edit.placeholder")}
            note={false}
            lang={shown}
            focus={false}
            changed={(html) => {
              const next = { ...latest.current, [shown]: html };
              if (isBlank(html)) delete next[shown];
              change(next);
            }}
            files={() => toast(t("macro.edit.no_files"))}
            send={() => undefined}
          />
        </Suspense>
        <Wrong error={error(shown)} />
      </div>
      <div className={css.value}>
        <SelectField<string>
          label={t("macro.edit.value")}
          value={value}
          change={setValue}
          options={[
            ...placeholders.map((p) => [p, t(placeholderKey(p))] as const),
            ...fields.map(
              (f) => [fieldPlaceholder(f), placeholderWords(fieldPlaceholder(f), t as never, fields)] as const,
            ),
          ]}
        />
        <TextField
          label={t("macro.edit.fallback")}
          optional
          value={fallback}
          change={(text) => setFallback(text.replace(/[{}\n]/g, ""))}
          maxLength={100}
        />
        <Button
          onClick={() => {
            const text = document.createElement("i");
            text.textContent = `{{${value}${fallback.trim() ? `|${fallback.trim()}` : ""}}}`;
            editor.current?.insert(text.innerHTML);
          }}
        >
          {t("macro.edit.value")}
        </Button>
      </div>
    </>
  );
}
