import { useTranslation } from "react-i18next";
import { PasswordField } from "./fields";
import css from "./NewPassword.module.css";
import { leastPassword, strengthOf } from "./strength";

/** A new password with a word on how well it holds. */
export function NewPassword({
  label,
  value,
  change,
  error,
  about,
  autoFocus,
}: {
  label: string;
  value: string;
  change: (value: string) => void;
  error?: string;
  about?: string[];
  autoFocus?: boolean;
}) {
  const { t } = useTranslation();
  const strength = strengthOf(value, about);
  return (
    <PasswordField
      label={label}
      value={value}
      change={change}
      error={error}
      autoFocus={autoFocus}
      autoComplete="new-password"
      maxLength={512}
      hint={
        <span className={css.meter}>
          <span className={css.bar} data-strength={strength} aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          <span aria-live="polite">
            {/* What is wrong is said above already. */}
            {!error &&
              t(`form.strength.${strength || "hint"}`, { n: leastPassword, left: leastPassword - [...value].length })}
          </span>
        </span>
      }
    />
  );
}
