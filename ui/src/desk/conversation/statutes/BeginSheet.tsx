import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { newKey, post } from "../../../api/client";
import type { Conversation } from "../../../api/types";
import { DateField, SelectField } from "../../../settings/form/fields";
import { ActSheet, useAttempt } from "../../ActSheet";
import css from "./Limits.module.css";
import type { Statute } from "./queries";

/** Begins a time limit of the law by hand, from the day on which what it is about was received. */
export default function BeginSheet({
  row,
  statutes,
  close,
}: {
  row: Conversation;
  statutes: Statute[];
  close: () => void;
}) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const attempt = useAttempt(close);
  const [key] = useState(newKey);
  const [statute, setStatute] = useState(statutes[0]?.id ?? 0);
  const [received, setReceived] = useState((row.createdAt ?? "").slice(0, 10));
  return (
    <ActSheet
      title={t("statute.begin_title")}
      close={close}
      attempt={attempt}
      act={t("statute.begin_do")}
      disabled={!received}
      work={async () => {
        await post(`/conversations/${row.id}/statutes`, { statute, received }, key);
        await client.invalidateQueries({ queryKey: ["limits", row.id] });
      }}
    >
      <div className={css.fields}>
        <SelectField
          label={t("statute.which")}
          value={statute}
          change={setStatute}
          options={statutes.map((s) => [s.id, s.name] as const)}
        />
        <DateField
          label={t("statute.received_on")}
          hint={t("statute.received_hint")}
          value={received}
          max={new Date().toISOString().slice(0, 10)}
          change={setReceived}
        />
      </div>
    </ActSheet>
  );
}
