import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { FieldOption } from "../../desk/fields/types";
import { formCss, Wrong } from "../form/fields";
import css from "./Options.module.css";

interface Props {
  tree: boolean;
  options: FieldOption[];
  error?: string;
  change: (options: FieldOption[]) => void;
}

/** The options of a choice or a tree: renamed in place, merged into another, archived. What values name never goes. */
export function Options({ tree, options, error, change }: Props) {
  const { t } = useTranslation();
  const set = (at: number, more: Partial<FieldOption>) =>
    change(options.map((o, i) => (i === at ? { ...o, ...more } : o)));
  // A new one is named by a negative id until it is kept, so that others can lie below it.
  const add = () => change([...options, { id: Math.min(0, ...options.map((o) => o.id)) - 1, name: "" }]);
  return (
    <fieldset className={formCss.field}>
      <legend className={formCss.label}>{t("settings.fields.options")}</legend>
      {options.map((o, i) => (
        <div key={o.id} className={css.option} data-off={o.archived || o.into ? true : undefined}>
          <input
            className={formCss.input}
            aria-label={t("settings.fields.option")}
            value={o.name}
            maxLength={100}
            onChange={(e) => set(i, { name: e.target.value })}
          />
          {tree && (
            <select
              className={formCss.input}
              aria-label={t("settings.fields.below")}
              value={o.parent ?? 0}
              onChange={(e) => set(i, { parent: Number(e.target.value) || undefined })}
            >
              <option value={0}>{t("settings.fields.top")}</option>
              {options
                .filter((p) => p.id !== o.id && p.name)
                .map((p) => (
                  <option key={p.id} value={p.id}>
                    {p.name}
                  </option>
                ))}
            </select>
          )}
          {o.id > 0 ? (
            <select
              className={formCss.input}
              aria-label={t("settings.fields.what_becomes")}
              value={o.into ? o.into : o.archived ? -1 : 0}
              onChange={(e) => {
                const to = Number(e.target.value);
                set(i, { archived: to === -1 || undefined, into: to > 0 ? to : undefined });
              }}
            >
              <option value={0}>{t("settings.fields.offered")}</option>
              <option value={-1}>{t("settings.fields.archived")}</option>
              {options
                .filter((p) => p.id > 0 && p.id !== o.id && !p.into)
                .map((p) => (
                  <option key={p.id} value={p.id}>
                    {t("settings.fields.merge_into", { name: p.name })}
                  </option>
                ))}
            </select>
          ) : (
            <Button onClick={() => change(options.filter((_, at) => at !== i))}>{t("settings.delete")}</Button>
          )}
        </div>
      ))}
      <Wrong error={error} />
      <div>
        <Button onClick={add}>{t("settings.fields.add_option")}</Button>
      </div>
    </fieldset>
  );
}
