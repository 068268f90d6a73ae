import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Customer } from "../../api/types";
import { useMay } from "../../app/session";
import { toast } from "../../parts/toast";
import { inWords } from "../../parts/trouble";
import css from "./CustomerPanel.module.css";
import { useCustomerChange } from "./change";

/** What colleagues should know, kept when the field is left. Words that somebody else wrote meanwhile are shown beside it, never lost. */
export function Note({ customer }: { customer: Customer }) {
  const { t } = useTranslation();
  const mayWrite = useMay("conversation.write");
  const save = useCustomerChange();
  const [base, setBase] = useState(customer);
  const [mine, setMine] = useState<string>();
  const [theirs, setTheirs] = useState<Customer>();
  const note = mine ?? customer.note ?? "";
  if (!mayWrite && !note) return null;

  async function keep(from: Customer) {
    const text = (mine ?? "").trim();
    if (mine === undefined || text === (from.note ?? "").trim()) return setMine(undefined);
    try {
      const against = await save(from, { note: text });
      setTheirs(against?.theirs);
      if (!against) setMine(undefined);
    } catch (err) {
      toast(inWords(t, err), { tone: "bad" });
    }
  }

  return (
    <section>
      <h3 id="customer-note">{t("customer.note")}</h3>
      <textarea
        className={css.note}
        aria-labelledby="customer-note"
        placeholder={t("customer.note_placeholder")}
        value={note}
        readOnly={!mayWrite}
        maxLength={4000}
        rows={note ? Math.min(8, note.split("\n").length + Math.floor(note.length / 40) + 1) : 2}
        onFocus={() => mine === undefined && setBase(customer)}
        onChange={(e) => setMine(e.target.value)}
        onBlur={() => !theirs && void keep(base)}
      />
      {theirs && (
        <div role="alert" className={css.clash}>
          {t("customer.clash")} <span className={css.theirs}>{theirs.note || "–"}</span>
          <span className={css.row}>
            <button type="button" onClick={() => void keep(theirs)}>
              {t("customer.replace")}
            </button>
            <button
              type="button"
              onClick={() => {
                setMine(undefined);
                setTheirs(undefined);
              }}
            >
              {t("customer.take_theirs")}
            </button>
          </span>
        </div>
      )}
    </section>
  );
}
