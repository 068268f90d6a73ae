import { Button } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { post } from "../../api/client";
import { inWords } from "../../parts/trouble";
import { SelectField, TextField } from "../form/fields";
import { Section } from "../form/Page";
import type { Preview, Uploaded } from "./Imports";
import css from "./Match.module.css";

const columns = [
  "",
  "externalId",
  "number",
  "email",
  "phone",
  "name",
  "first",
  "last",
  "status",
  "currency",
  "total",
  "refunded",
  "placedAt",
  "sku",
  "item",
  "quantity",
  "price",
] as const;
const statuses = ["placed", "paid", "sent", "done", "cancelled", "refunded"] as const;
type Mapping = Preview["mapping"];
type Shape = Mapping["shape"];

/** What the columns of a file hold, beside its first rows. */
export function Match({ uploaded, done }: { uploaded: Uploaded; done: () => void }) {
  const { t } = useTranslation();
  const [seen, setSeen] = useState<Preview>(uploaded.preview);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const m = seen.mapping;
  const path = `/imports/${uploaded.import.id}`;

  async function run(act: () => Promise<void>) {
    setBusy(true);
    setProblem("");
    try {
      await act();
    } catch (err) {
      setProblem(inWords(t, err));
    } finally {
      setBusy(false);
    }
  }
  const set = (change: Partial<Mapping>) => setSeen({ ...seen, mapping: { ...m, ...change } });
  /** Read anew: other signs make other columns. */
  const shape = (change: Partial<Shape>) =>
    void run(async () => {
      const next = { ...m, shape: { ...m.shape, ...change } };
      setSeen(await post<Preview>(`${path}/preview`, next));
    });

  return (
    <Section title={`${t("purchase.import_columns")}: ${uploaded.import.name}`}>
      <div className={css.shape}>
        <SelectField
          label={t("purchase.import_delimiter")}
          value={m.shape.delimiter}
          change={(delimiter) => shape({ delimiter })}
          options={[
            [",", t("purchase.comma")],
            [";", t("purchase.semicolon")],
            ["\t", t("purchase.tab")],
            ["|", t("purchase.pipe")],
          ]}
        />
        <SelectField
          label={t("purchase.import_encoding")}
          value={m.shape.encoding}
          change={(encoding) => shape({ encoding })}
          options={(["utf-8", "utf-16", "windows-1257", "windows-1250", "windows-1252"] as const).map((e) => [e, e])}
        />
        <SelectField
          label={t("purchase.import_decimal")}
          value={m.shape.comma ? "," : "."}
          change={(sign) => set({ shape: { ...m.shape, comma: sign === "," } })}
          options={[
            [".", t("purchase.dot")],
            [",", t("purchase.comma_decimal")],
          ]}
        />
        <SelectField
          label={t("purchase.import_dates")}
          value={m.shape.dates}
          change={(dates) => set({ shape: { ...m.shape, dates } })}
          options={(["ymd", "dmy", "mdy"] as const).map((d) => [d, t(`purchase.date_${d}`)])}
        />
        <TextField
          label={t("purchase.import_currency")}
          value={m.currency ?? ""}
          change={(currency) => set({ currency: currency.toUpperCase() })}
          maxLength={3}
        />
        <SelectField
          label={t("purchase.import_status")}
          value={m.status || "paid"}
          change={(status) => set({ status })}
          options={statuses.map((s) => [s, t(`purchase.${s}`)])}
        />
        <TextField
          label={t("purchase.import_source")}
          hint={t("purchase.import_source_hint")}
          value={m.source ?? "csv"}
          change={(source) => set({ source })}
          maxLength={60}
        />
      </div>
      <p className={css.hint}>{t("purchase.import_columns_hint")}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <section className={css.scroll} aria-label={t("purchase.import_first")} tabIndex={0}>
        <table>
          <thead>
            <tr>
              {seen.head.map((h, at) => (
                <th key={`${at}:${h}`}>
                  {h}
                  <select
                    aria-label={`${t("purchase.import_columns")}: ${h}`}
                    value={m.columns[at] ?? ""}
                    onChange={(e) => set({ columns: m.columns.map((c, i) => (i === at ? e.target.value : c)) })}
                  >
                    {columns.map((c) => (
                      <option key={c} value={c}>
                        {t(`purchase.col_${c}`)}
                      </option>
                    ))}
                  </select>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {seen.rows.map((row, at) => (
              <tr key={`${at}:${row.join()}`}>
                {seen.head.map((h, i) => (
                  <td key={`${i}:${h}`}>{row[i]}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {problem && (
        <p role="alert" className={css.problem}>
          {problem}
        </p>
      )}
      <div className={css.acts}>
        <Button
          variant="filled"
          loading={busy}
          onClick={() => void run(async () => void (await post(`${path}/start`, m), done()))}
        >
          {t("purchase.import_start")}
        </Button>
        <Button onClick={() => void run(async () => void (await post(`${path}/cancel`, {}), done()))}>
          {t("purchase.import_drop")}
        </Button>
      </div>
    </Section>
  );
}
