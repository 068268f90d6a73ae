import { useTranslation } from "react-i18next";
import type { Customer } from "../../api/types";
import { Icon } from "../../parts/Icon";
import css from "./Pinned.module.css";

/** What every conversation with a customer begins with: warnings, and how and when he likes to be reached. */
export function Pinned({ customer: c }: { customer: Customer }) {
  const { t } = useTranslation();
  const likes = [
    c.prefers && c.prefers !== "email" && t(`customer.prefers_${c.prefers}`),
    c.hours && t("customer.between", { from: c.hours.from, to: c.hours.to }),
  ].filter(Boolean);
  if (c.warnings.length === 0 && likes.length === 0) return null;
  return (
    <div className={css.pinned} role="note">
      {c.warnings.map((w) => (
        <p key={w} className={css.warning}>
          <Icon name="alert" size={15} />
          <span>{w}</span>
        </p>
      ))}
      {likes.length > 0 && (
        <p>
          <Icon name="clock" size={15} />
          <span>{likes.join(" · ")}</span>
        </p>
      )}
    </div>
  );
}
