import { useTranslation } from "react-i18next";
import { useDirectory } from "../api/queries";
import { useFormat } from "../i18n/format";
import { fieldWords } from "./form/fieldWords";
import type { FieldChange } from "./types";

/** What a change of settings changed, a line for each field: old → new. */
export function Changes({ changes, className }: { changes: FieldChange[]; className?: string }) {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const { agent, team } = useDirectory();
  const one = (field: string, value: unknown): string => {
    if (typeof value === "number" && field === "team") return team(value)?.name ?? `#${value}`;
    if (typeof value === "number" && field === "teams") return team(value)?.name ?? `#${value}`;
    if (typeof value === "number" && field === "members") return agent(value)?.name ?? `#${value}`;
    if (typeof value === "boolean") return t(value ? "form.yes" : "form.no");
    if (typeof value === "string" && field === "role" && i18n.exists(`settings.role.${value}`))
      return t(`settings.role.${value}`);
    return typeof value === "string" ? withoutTags(value) : JSON.stringify(value);
  };
  const words = (field: string, value: unknown): string => {
    if (value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0))
      return t("form.nothing");
    return Array.isArray(value) ? format.list(value.map((v) => one(field, v))) : one(field, value);
  };
  return (
    <>
      {changes.map((c) => (
        <div key={c.field} className={className}>
          {c.replaced
            ? `${fieldWords(i18n, c.field)}: ${t("form.replaced")}`
            : t("form.changed_to", {
                field: fieldWords(i18n, c.field),
                old: words(c.field, c.old),
                new: words(c.field, c.new),
              })}
        </div>
      ))}
    </>
  );
}

/** Signatures are HTML; a line of the log shows their words. */
function withoutTags(text: string): string {
  return text.includes("<") ? (new DOMParser().parseFromString(text, "text/html").body.textContent ?? "") : text;
}
