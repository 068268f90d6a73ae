import { useState } from "react";
import css from "./Hours.module.css";
import { clockOf, minuteOf } from "./week";

/** A time of the day that is typed, by the clock of 24 hours whatever the browser's habit. What is no time is given up when the field is left. */
export function Clock({ label, value, change }: { label: string; value: number; change: (minute: number) => void }) {
  const [typed, setTyped] = useState<string>();
  const keep = () => {
    const at = typed === undefined ? undefined : minuteOf(typed.replace(/^(\d{1,2})$/, "$1:00").replace(".", ":"));
    if (at !== undefined) change(at);
    setTyped(undefined);
  };
  return (
    <input
      type="text"
      inputMode="numeric"
      maxLength={5}
      className={css.time}
      aria-label={label}
      value={typed ?? clockOf(value)}
      onChange={(e) => setTyped(e.target.value)}
      onBlur={keep}
      onKeyDown={(e) => {
        if (e.key !== "Enter") return;
        e.preventDefault();
        keep();
      }}
    />
  );
}
