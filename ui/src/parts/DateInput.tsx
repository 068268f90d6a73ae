import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { dateText, dateValue } from "../i18n/dateText";
import css from "./DateInput.module.css";
import { Icon } from "./Icon";

interface Props {
  /** "2026-11-22", or "2026-11-22T09:00" with time; "" where nothing is chosen. */
  value: string;
  /** Gets "" while what is typed is no date. */
  change: (value: string) => void;
  time?: boolean;
  min?: string;
  max?: string;
  id?: string;
  label?: string;
  describedBy?: string;
  invalid?: boolean;
  className?: string;
}

/** A date, typed and shown as the desk's language writes it (a browser's own field follows the browser's), or picked from the browser's calendar. */
export function DateInput({
  value,
  change,
  time = false,
  min,
  max,
  id,
  label,
  describedBy,
  invalid,
  className,
}: Props) {
  const { t, i18n } = useTranslation();
  const [text, setText] = useState(() => dateText(value, i18n.language));
  const calendar = useRef<HTMLInputElement>(null);
  const shown = useRef(value);
  useEffect(() => {
    if (value === shown.current) return; // what is being typed stays as it is
    shown.current = value;
    setText(dateText(value, i18n.language));
  }, [value, i18n.language]);
  const set = (next: string) => {
    shown.current = next;
    change(next);
  };
  const within = (v: string) => (!min || v >= min) && (!max || v <= max);
  const wrong = text !== "" && !value;
  const typed = useRef<HTMLInputElement>(null);
  useEffect(() => typed.current?.setCustomValidity(wrong ? t("common.no_date") : ""), [wrong, t]); // a form is not sent with it
  return (
    <span className={css.date}>
      <input
        ref={typed}
        id={id}
        className={className}
        type="text"
        inputMode="numeric"
        autoComplete="off"
        aria-label={label}
        aria-describedby={describedBy}
        aria-invalid={invalid || wrong || undefined}
        placeholder={dateText(time ? "2026-12-31T09:00" : "2026-12-31", i18n.language)}
        value={text}
        onChange={(e) => {
          setText(e.target.value);
          const read = dateValue(e.target.value, i18n.language, time);
          set(read && within(read) ? read : "");
        }}
        onBlur={() => value && setText(dateText(value, i18n.language))}
      />
      <button
        type="button"
        aria-label={t("common.calendar")}
        title={t("common.calendar")}
        onClick={() => calendar.current?.showPicker()}
      >
        <Icon name="calendar" size={16} />
      </button>
      <input
        ref={calendar}
        className={css.calendar}
        type={time ? "datetime-local" : "date"}
        tabIndex={-1}
        aria-hidden="true"
        min={min}
        max={max}
        value={value}
        onChange={(e) => {
          set(e.target.value);
          setText(dateText(e.target.value, i18n.language));
        }}
      />
    </span>
  );
}
