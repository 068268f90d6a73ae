import { useTranslation } from "react-i18next";
import { useCommands } from "../../app/keys";
import { Icon } from "../../parts/Icon";
import css from "./Composer.module.css";
import { type Marked, marked, useMarked } from "./quote";

/** Offers to quote what is marked in a message, beside it; by the keyboard from anywhere in the conversation. */
export default function QuoteButton({ quote }: { quote: (m: Marked) => void }) {
  const { t } = useTranslation();
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
  ]);
  if (!now) return null;
  return (
    <button
      type="button"
      className={css.quoteMarked}
      style={{ left: Math.max(4, Math.min(now.x, window.innerWidth - 150)), top: Math.max(4, now.y - 38) }}
      onMouseDown={(e) => e.preventDefault()} // the words stay marked
      onClick={() => quote(now)}
    >
      <Icon name="quote" size={15} /> {t("compose.quote_marked")}
    </button>
  );
}
