import { lazy, Suspense, use, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Conversation } from "../../api/types";
import { KeysRest } from "../../app/keys";
import { useFormat } from "../../i18n/format";
import { loadWords } from "../../i18n/i18n";
import { Icon } from "../../parts/Icon";
import { BulkSheet } from "./BulkSheet";
import css from "./bulk.module.css";
import { type Picked, pickAll, pickNone, pickPage } from "./picked";

const MergeSheet = lazy(() => import("../conversation/join/MergeSheet").then((m) => ({ default: m.MergeSheet })));

/** As many go into another one at once. */
const mostMerged = 50;

const words = Promise.all(["views", "join", "macro", "form", "settings", "field"].map(loadWords));

interface Props {
  picked: Picked;
  rows: readonly Conversation[];
  more: boolean;
  count?: number;
  capped?: boolean;
}

/** What stands above a list while something is chosen in it. */
export default function BulkBar({ picked, rows, more, count, capped }: Props) {
  use(words);
  const { t } = useTranslation();
  const format = useFormat();
  const [open, setOpen] = useState<"" | "work" | "merge">("");
  const n = picked.all ? (count ?? 0) : picked.ids.size;
  const chosen = picked.all ? [] : rows.filter((r) => picked.ids.has(r.id)).sort((a, b) => a.number - b.number);
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
        <button type="button" className={css.act} onClick={() => setOpen("work")}>
          {t("bulk.act")}
        </button>
        {chosen.length > 1 && chosen.length <= mostMerged + 1 && (
          <button type="button" className={css.act} onClick={() => setOpen("merge")}>
            {t("bulk.merge", { count: chosen.length })}
          </button>
        )}
        <button type="button" className={css.close} aria-label={t("bulk.none")} onClick={pickNone}>
          <Icon name="close" size={16} />
        </button>
      </div>
      {open === "work" && <BulkSheet picked={picked} close={() => setOpen("")} />}
      {open === "merge" && chosen[0] && (
        <Suspense fallback={<KeysRest />}>
          <MergeSheet
            into={chosen[0]}
            earlier={[]}
            begins={chosen.slice(1)}
            done={pickNone}
            close={() => setOpen("")}
          />
        </Suspense>
      )}
    </>
  );
}
