import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { tagsQuery, useDirectory } from "../../../api/queries";
import { useFormat } from "../../../i18n/format";
import { Icon } from "../../../parts/Icon";
import { fieldsQuery, typesQuery } from "../../fields/queries";
import css from "./ArmedChips.module.css";
import type { Action } from "./types";
import { actionKey, actionWords } from "./words";

/** What will be done together with sending; each can be taken off. */
export default function ArmedChips({ actions, remove }: { actions: Action[]; remove: (a: Action) => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const directory = useDirectory();
  const tags = useQuery(tagsQuery).data ?? [];
  const types = useQuery(typesQuery).data;
  const fields = useQuery(fieldsQuery).data;
  if (actions.length === 0) return null;
  return (
    <div className={css.armed}>
      <span id="armed-words">{t("macro.armed")}</span>
      <ul aria-labelledby="armed-words">
        {actions.map((a) => {
          const words = actionWords(a, { t: t as never, format, directory, tags, types, fields });
          return (
            <li key={actionKey(a)}>
              <span>{words}</span>
              <button type="button" aria-label={t("macro.disarm", { what: words })} onClick={() => remove(a)}>
                <Icon name="close" size={13} />
              </button>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
