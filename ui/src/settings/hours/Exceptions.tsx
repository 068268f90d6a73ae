import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { DateField, TextField } from "../form/fields";
import css from "./Hours.module.css";
import type { CalendarDay } from "./queries";
import { Day } from "./Week";

interface Props {
  days: CalendarDay[];
  zone: string;
  change: (days: CalendarDay[]) => void;
  error: (location: string) => string | undefined;
}

/** Dates that differ: closed, or with other hours, and why. */
export function Exceptions({ days, zone, change, error }: Props) {
  const { t } = useTranslation();
  const replace = (i: number, to: Partial<CalendarDay>) =>
    change(days.map((d, at) => (at === i ? { ...d, ...to } : d)));
  return (
    <>
      {days.map((d, i) => (
        <div key={i} className={css.exception}>
          <div className={css.pair}>
            <DateField
              label={t("hours.date")}
              value={d.date}
              error={error(`days[${i}].date`)}
              change={(date) => replace(i, { date })}
            />
            <TextField
              label={t("hours.why")}
              optional
              value={d.name ?? ""}
              change={(name) => replace(i, { name })}
              maxLength={100}
            />
            <div>
              <Button variant="subtle" onClick={() => change(days.filter((_, at) => at !== i))}>
                {t("hours.drop_day")}
              </Button>
            </div>
          </div>
          <Day
            name={t("hours.that_day")}
            hours={d.hours}
            change={(hours) => replace(i, { hours })}
            error={d.hours.map((_, n) => error(`days[${i}].hours[${n}]`)).find(Boolean)}
          />
        </div>
      ))}
      <div>
        <Button onClick={() => change([...days, { date: after(days, zone), name: "", hours: [] }])}>
          {t("hours.add_day")}
        </Button>
      </div>
    </>
  );
}

/** The day after the last exception, or today by the calendar's clock. */
function after(days: CalendarDay[], zone: string): string {
  const last = days
    .map((d) => d.date)
    .sort()
    .at(-1);
  if (!last) return new Intl.DateTimeFormat("en-CA", { timeZone: zone, dateStyle: "short" }).format();
  const at = new Date(`${last}T12:00:00Z`);
  at.setUTCDate(at.getUTCDate() + 1);
  return at.toISOString().slice(0, 10);
}
