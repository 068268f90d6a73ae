import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { Wrong } from "../form/fields";
import { inUnits, longest, minutesOf } from "./duration";
import css from "./Policies.module.css";

interface Props {
  /** Whose time it is: "First answer, urgent". */
  label: string;
  /** What stands above it where the table has no columns. */
  short: string;
  minutes: number;
  change: (minutes: number) => void;
  error: string | undefined;
  /** It counts open hours, whose days are none of the calendar. */
  open: boolean;
  /** Minutes of a day, where somebody types days. */
  day: number;
}

/** A span that is typed as people write it; empty for no promise. What cannot be read is -1, and stays as it was typed. */
export function TimeField({ label, short, minutes, change, error, open, day }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const [text, setText] = useState(() => inUnits(t, Math.max(0, minutes), open));
  const [left, setLeft] = useState(true);
  const read = readable(text, day);
  if (read !== minutes) setText(inUnits(t, Math.max(0, minutes), open)); // taken back, or somebody else's
  const wrong = error ?? (left && read < 0 ? t("policy.unreadable") : undefined);
  return (
    <div className={css.time}>
      <label className={css.short} htmlFor={id} aria-hidden="true">
        {short}
      </label>
      <input
        id={id}
        aria-label={label}
        aria-invalid={wrong ? true : undefined}
        aria-describedby={wrong ? `${id}-error` : undefined}
        value={text}
        maxLength={40}
        placeholder="–"
        autoComplete="off"
        onFocus={() => setLeft(false)}
        onBlur={() => {
          setLeft(true);
          if (read >= 0) setText(inUnits(t, read, open));
        }}
        onChange={(e) => {
          setText(e.target.value);
          change(readable(e.target.value, day));
        }}
      />
      <Wrong id={`${id}-error`} error={wrong} />
    </div>
  );
}

function readable(text: string, day: number): number {
  const minutes = minutesOf(text, day) ?? -1;
  return minutes > longest ? -1 : minutes;
}
