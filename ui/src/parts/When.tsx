import type { Time } from "../api/types";
import { useFormat } from "../i18n/format";
import { useNow } from "../i18n/now";

/** An instant: short in sight, whole in the title. `age` counts up as lists do; `moment` says the clock. */
export function When({
  at,
  as = "moment",
  className,
}: {
  at: Time | undefined;
  as?: "age" | "moment";
  className?: string;
}) {
  const format = useFormat();
  const now = useNow();
  if (!at) return null;
  const ms = Date.parse(at);
  return (
    <time className={className} dateTime={at} title={format.exact(ms)}>
      {as === "age" ? format.age(ms, now) : format.moment(ms, now)}
    </time>
  );
}
