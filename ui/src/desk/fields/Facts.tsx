import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Conversation, FieldValue } from "../../api/types";
import { useMay } from "../../app/session";
import { useChange } from "../conversation/change";
import { Promises } from "../promises/Promises";
import { Checklists } from "./Checklists";
import { FieldInput, Read } from "./FieldInput";
import css from "./fields.module.css";
import { fieldsQuery, typesQuery } from "./queries";
import { Spent } from "./Spent";
import type { CustomField } from "./types";
import { applies, hasValue, missing } from "./values";

/** What is kept about a conversation beside its messages: type, fields, promises, checklists and time spent. */
export default function Facts({ row }: { row: Conversation }) {
  return (
    <>
      <Details row={row} />
      <Promises row={row} />
      <Checklists row={row} />
      <Spent row={row} />
    </>
  );
}

function Details({ row }: { row: Conversation }) {
  const { t } = useTranslation();
  const mayWrite = useMay("conversation.write");
  const change = useChange();
  const types = useQuery(typesQuery).data ?? [];
  const fields = useQuery(fieldsQuery).data ?? [];
  const shown = fields.filter((f) => applies(f, row.type, row.inbox));
  const needed = missing(fields, row);
  if (shown.length === 0 && types.length === 0) return null;
  return (
    <section aria-label={t("field.details")}>
      <h3>{t("field.details")}</h3>
      <div className={css.fields}>
        {types.length > 0 && !mayWrite && (
          <Read label={t("field.type")} words={types.find((k) => k.id === row.type)?.name} />
        )}
        {types.length > 0 && mayWrite && (
          <div className={css.field}>
            <label className={css.label} htmlFor="conversation-type">
              {t("field.type")}
            </label>
            <select
              id="conversation-type"
              className={css.input}
              value={row.type ?? 0}
              onChange={(e) => void change(row, { type: Number(e.target.value) })}
            >
              <option value={0}>–</option>
              {types
                .filter((k) => !k.archivedAt || k.id === row.type)
                .map((k) => (
                  <option key={k.id} value={k.id}>
                    {k.name}
                  </option>
                ))}
            </select>
          </div>
        )}
        {shown.map((f) => (
          <FieldInput
            key={f.id}
            field={f}
            value={row.fields[f.id]}
            readOnly={!mayWrite}
            missing={needed.includes(f)}
            save={(value: FieldValue) => void change(row, { fields: { [f.id]: value } })}
          />
        ))}
      </div>
    </section>
  );
}

/** The fields of a customer or an organisation, which apply always. */
export function OwnFields({
  target,
  values,
  save,
}: {
  target: CustomField["target"];
  values: Conversation["fields"];
  save: (id: number, value: FieldValue) => void;
}) {
  const { t } = useTranslation();
  const mayWrite = useMay("conversation.write");
  const fields = useQuery(fieldsQuery).data ?? [];
  const shown = fields.filter((f) => f.target === target && (!f.archivedAt || hasValue(values, f)));
  if (shown.length === 0) return null;
  return (
    <section aria-label={t("field.details")}>
      <h3>{t("field.details")}</h3>
      <div className={css.fields}>
        {shown.map((f) => (
          <FieldInput
            key={f.id}
            field={f}
            value={values[f.id]}
            readOnly={!mayWrite || Boolean(f.archivedAt)}
            save={(value) => save(f.id, value)}
          />
        ))}
      </div>
    </section>
  );
}
