import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Conversation } from "../../api/types";
import { useCommands } from "../../app/keys";
import { useMay } from "../../app/session";
import { loadWords } from "../../i18n/i18n";
import { Icon } from "../../parts/Icon";
import css from "./Composer.module.css";
import { type Marked, marked, useMarked } from "./quote";

const PromiseSheet = lazy(() =>
  Promise.all([import("../promises/PromiseSheet"), loadWords("promise")]).then(([m]) => ({ default: m.PromiseSheet })),
);

interface Props {
  row: Conversation;
  quote: (m: Marked) => void;
}

/** Offers to quote what is marked in a message, or to keep it as a promise, beside it; by the keyboard from anywhere in the conversation. */
export default function QuoteButton({ row, quote }: Props) {
  const { t } = useTranslation();
  const mayWrite = useMay("conversation.write");
  const [promise, setPromise] = useState<Partial<Marked>>();
  const now = useMarked();
  useCommands([
    {
      id: "compose.quote_marked",
      label: t("compose.quote_marked"),
      group: "write",
      keys: ["q"],
      icon: "quote",
      run: () => {
        const words = marked();
        if (words) quote(words);
      },
    },
    ...(mayWrite
      ? [
          {
            id: "compose.promise",
            label: t("compose.promise_make"),
            group: "conversation" as const,
            keys: ["p"],
            icon: "clock" as const,
            run: () => setPromise(marked() ?? {}),
          },
        ]
      : []),
  ]);
  return (
    <>
      {now && (
        <div
          className={css.quoteMarked}
          style={{ left: Math.max(4, Math.min(now.x, window.innerWidth - 250)), top: Math.max(4, now.y - 38) }}
        >
          <button
            type="button"
            onMouseDown={(e) => e.preventDefault()} // the words stay marked
            onClick={() => quote(now)}
          >
            <Icon name="quote" size={15} /> {t("compose.quote_marked")}
          </button>
          {mayWrite && (
            <button type="button" onMouseDown={(e) => e.preventDefault()} onClick={() => setPromise(now)}>
              <Icon name="clock" size={15} /> {t("compose.promise")}
            </button>
          )}
        </div>
      )}
      {promise && (
        <Suspense>
          <PromiseSheet
            row={row}
            {...(promise.text && { words: promise.text.replace(/\s+/g, " ").slice(0, 500) })}
            {...(promise.message && { message: promise.message })}
            close={() => setPromise(undefined)}
          />
        </Suspense>
      )}
    </>
  );
}
