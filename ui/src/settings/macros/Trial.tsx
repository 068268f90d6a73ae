import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import { get, post } from "../../api/client";
import type { Opened } from "../../api/types";
import { Preview } from "../../desk/compose/macro/Preview";
import type { Filled } from "../../desk/compose/macro/types";
import { TextField } from "../form/fields";
import css from "./Macros.module.css";

/** What the text would say in a conversation. */
export function Trial({ texts }: { texts: Record<string, string> }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState("");
  const number = Number(useDeferredValue(typed));
  const now = useDeferredValue(texts);
  const opened = useQuery({
    queryKey: ["macros", "trial", number],
    queryFn: ({ signal }) => get<Opened>(`/conversations/number/${number}`, undefined, signal),
    enabled: number > 0,
    retry: false,
  });
  const conversation = number > 0 ? opened.data?.conversation.id : undefined;
  const filled = useQuery({
    queryKey: ["macros", "try", conversation, now],
    queryFn: () => post<Filled>("/macros/preview", { texts: now, ...(conversation ? { conversation } : {}) }),
    enabled: Object.keys(now).length > 0,
    placeholderData: keepPreviousData,
    retry: false,
  });
  return (
    <>
      <TextField
        label={t("macro.edit.preview_in")}
        hint={t("macro.edit.preview_hint")}
        optional
        inputMode="numeric"
        value={typed}
        error={number > 0 && opened.error ? t("macro.edit.no_conversation") : undefined}
        change={(text) => setTyped(text.replace(/\D/g, "").slice(0, 12))}
      />
      <div className={css.trial} aria-live="polite">
        {filled.data && Object.keys(now).length > 0 ? <Preview filled={filled.data} /> : t("macro.edit.nothing")}
      </div>
    </>
  );
}
