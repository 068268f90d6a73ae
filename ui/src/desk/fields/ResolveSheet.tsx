import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Conversation, ConversationPatch, FieldValues } from "../../api/types";
import { Sheet, SheetBody } from "../../parts/Sheet";
import { Before } from "../promises/Promises";
import { Checklists, ticked } from "./Checklists";
import { FieldInput } from "./FieldInput";
import css from "./fields.module.css";
import { checklistsQuery, fieldsQuery } from "./queries";
import { applies, missing } from "./values";

interface Props {
  row: Conversation;
  close: () => void;
  /** Resolves with the values, and says whether that went well. */
  resolve: (change: ConversationPatch) => Promise<boolean>;
  sends?: boolean;
  set?: FieldValues;
}

/** What a conversation lacks before it can be resolved, to be filled in and done in one go. */
export default function ResolveSheet({ row: before, close, resolve, sends, set: also }: Props) {
  const { t } = useTranslation();
  const row = { ...before, fields: { ...before.fields, ...also } };
  const fields = useQuery(fieldsQuery).data ?? [];
  const lists = useQuery(checklistsQuery(row.id)).data ?? [];
  const [asked] = useState(() => missing(fields, row).map((f) => f.id));
  const [set, setSet] = useState<FieldValues>({});
  const [busy, setBusy] = useState(false);
  const shown = fields.filter(
    (f) => applies(f, row.type, row.inbox) && (asked.includes(f.id) || missing([f], row).length > 0),
  );
  const open = missing(fields, { ...row, fields: { ...row.fields, ...set } }).length > 0;
  const owed = lists.some((l) => l.items.some((i) => i.required && !i.doneAt));
  // By the lists themselves: the row may be of before the last tick.
  const needs = lists.some((l) => l.items.some((i) => i.required)) || (row.checksOwed ?? 0) > 0;
  return (
    <Sheet label={t("field.before_resolve")} close={close}>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          if (open || owed || busy) return;
          setBusy(true);
          const change: ConversationPatch = { status: "resolved", ...(Object.keys(set).length > 0 && { fields: set }) };
          void ticked(row.id)
            .then(() => resolve(change))
            .then((done) => {
              setBusy(false);
              if (done) close();
            });
        }}
      >
        <SheetBody
          title={t("field.before_resolve")}
          foot={
            <>
              <Button onClick={close}>{t("common.cancel")}</Button>
              <Button type="submit" variant="filled" loading={busy} disabled={open || owed}>
                {t(sends ? "compose.send_resolve" : "conversation.resolve")}
              </Button>
            </>
          }
        >
          <div className={css.fields}>
            {shown.map((f) => (
              <FieldInput
                key={f.id}
                field={f}
                value={set[f.id] ?? row.fields[f.id]}
                missing={set[f.id] === undefined || set[f.id] === null}
                save={(value) => setSet((now) => ({ ...now, [f.id]: value }))}
              />
            ))}
          </div>
          {row.owes && <Before row={row} />}
          {needs && <Checklists row={row} />}
        </SheetBody>
      </form>
    </Sheet>
  );
}
