import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { fold } from "../../i18n/fold";
import { formCss } from "./fields";

/** Longer lists than this can be searched. */
const oneLook = 15;

/** What of a long list has all the words that are typed, whatever their accents, with the field to type them in; short lists stay whole and have none. */
export function useFind<T>(items: readonly T[], words: (item: T) => string): [found: readonly T[], field: ReactNode] {
  const { t } = useTranslation();
  const [wanted, setWanted] = useState("");
  if (items.length <= oneLook) return [items, null];
  const parts = fold(wanted).split(/\s+/).filter(Boolean);
  const found = parts.length === 0 ? items : items.filter((i) => parts.every((p) => fold(words(i)).includes(p)));
  return [
    found,
    <div key="find">
      <input
        className={formCss.input}
        type="search"
        aria-label={t("form.find")}
        placeholder={t("form.find")}
        value={wanted}
        onChange={(e) => setWanted(e.target.value)}
      />
      <p role="status">{found.length === 0 && t("form.none_found")}</p>
    </div>,
  ];
}
