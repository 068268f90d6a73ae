import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { newKey, post } from "../api/client";
import { customerAttributesQuery } from "../desk/views/attributes";
import { Icon } from "../parts/Icon";
import { toast } from "../parts/toast";
import { inWords } from "../parts/trouble";
import { type Export, Writing } from "../parts/Writing";
import css from "./Segments.module.css";

/** What is written of each customer; custom fields follow. */
const columns = [
  "name",
  "addresses.email",
  "addresses.phone",
  "organisation",
  "language",
  "consent_news",
  "value",
  "purchases",
  "purchased",
  "contact",
  "open",
  "created",
];

/** Writes the customers of a segment to a file, and offers it when it is ready. */
export function SegmentFile({ segment }: { segment: number }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [file, setFile] = useState(0);
  const titleOf = (key: string) =>
    key.startsWith("addresses.") ? t(`segments.column_${key.slice("addresses.".length)}`) : t(`segments.attr.${key}`);

  async function write() {
    setBusy(true);
    try {
      const fields = (await client.fetchQuery(customerAttributesQuery)).filter((a) => a.name);
      const request = {
        segment,
        columns: [...columns, ...fields.map((a) => a.key)].slice(0, 60),
        titles: [...columns.map(titleOf), ...fields.map((a) => a.name)].slice(0, 60),
      };
      setFile((await post<Export>("/exports", request, newKey())).id);
    } catch (err) {
      toast(inWords(t, err), { tone: "bad" });
    } finally {
      setBusy(false);
    }
  }
  return (
    <>
      <button type="button" className={css.act} disabled={busy || file > 0} onClick={() => void write()}>
        <Icon name="download" size={15} />
        {t("segments.export")}
      </button>
      {file > 0 && <Writing id={file} words="segments" over={() => setFile(0)} />}
    </>
  );
}
