import { use, useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../i18n/format";
import { loadWords } from "../../i18n/i18n";
import { Icon } from "../../parts/Icon";
import { BulkSheet } from "./BulkSheet";
import css from "./bulk.module.css";
import { type Picked, pickAll, pickNone, pickPage } from "./picked";

const words = Promise.all(["views", "macro", "form", "settings", "field"].map(loadWords));

interface Props {
  picked: Picked;
  rows: readonly { id: number }[];
  more: boolean;
  count?: number;
  capped?: boolean;
}

/** What stands above a list while something is chosen in it. */
export default function BulkBar({ picked, rows, more, count, capped }: Props) {
  use(words);
  const { t } = useTranslation();
  const format = useFormat();
  const [open, setOpen] = useState(false);
  const n = picked.all ? (count ?? 0) : picked.ids.size;
  return (
    <>
      <div className={css.bar} role="toolbar" aria-label={t("bulk.label")}>
        <strong aria-live="polite">
          {picked.all ? t("bulk.all_chosen") : t("bulk.chosen", { count: n, shown: format.number(n) })}
        </strong>
        {!picked.all && picked.ids.size < rows.length && (
          <button type="button" onClick={() => pickPage(picked.view, rows)}>
            {t("bulk.loaded", { shown: format.number(rows.length) })}
          </button>
        )}
        {!picked.all && more && (
          <button type="button" onClick={() => pickAll(picked.view)}>
            {count ? t("bulk.all_of", { shown: format.count(count, capped) }) : t("bulk.all")}
          </button>
        )}
        <button type="button" className={css.act} onClick={() => setOpen(true)}>
          {t("bulk.act")}
        </button>
        <button type="button" className={css.close} aria-label={t("bulk.none")} onClick={pickNone}>
          <Icon name="close" size={16} />
        </button>
      </div>
      {open && <BulkSheet picked={picked} close={() => setOpen(false)} />}
    </>
  );
}
