import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../i18n/format";
import { SelectField, Switch } from "../form/fields";
import { countryWords, dayWords, states } from "./day";
import css from "./Hours.module.css";
import { type CalendarEdit, countriesQuery, type Holiday, holidaysQuery } from "./queries";

interface Props {
  value: CalendarEdit;
  set: (change: Partial<CalendarEdit>) => void;
  error?: string;
}

/** The public holidays of a country, each of which can be switched off; customary ones can be switched on. */
export function Holidays({ value, set, error }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const countries = useQuery(countriesQuery).data ?? [];
  const country = value.country ?? "";
  const part = value.part ?? "";
  const parts = countries.find((c) => c.code === country)?.parts ?? [];
  const year = new Date().getFullYear();
  const now = useQuery(holidaysQuery(country, part, year)).data ?? [];
  const next = useQuery(holidaysQuery(country, part, year + 1)).data ?? [];
  const all = byKey([...now, ...next]);
  return (
    <>
      <div className={css.pair}>
        <SelectField
          label={t("hours.country")}
          value={country}
          error={error}
          change={(to) => set({ country: to, part: "", without: [], with: [] })}
          options={[
            ["", t("hours.no_country")],
            ...countries.map((c) => [c.code, countryWords(format, c.code)] as const),
          ]}
        />
        {parts.length > 0 && (
          <SelectField
            label={t("hours.part")}
            value={part}
            change={(to) => set({ part: to })}
            options={[
              ["", t("hours.whole_country")],
              ...parts.map((p) => [p, country === "DE" ? (states[p] ?? p) : t(`hours.part_of.${p}`)] as const),
            ]}
          />
        )}
      </div>
      {country && (
        <div className={css.holidays}>
          {all.map(({ key, usual, dates }) => {
            const on = usual ? value.with.includes(key) : !value.without.includes(key);
            const field = usual ? "with" : "without";
            const list = value[field].filter((k) => k !== key);
            return (
              <Switch
                key={key}
                label={t(`hours.holiday.${key}`)}
                hint={`${format.list(dates.map((d) => dayWords(format, d)))}${usual ? ` · ${t("hours.usual")}` : ""}`}
                checked={on}
                change={(closed) => set({ [field]: closed === usual ? [...list, key] : list })}
              />
            );
          })}
        </div>
      )}
    </>
  );
}

/** Holidays with the days on which they are next: this year's and the next's, substitutes among them. */
function byKey(list: Holiday[]): { key: string; usual: boolean; dates: string[] }[] {
  const today = new Date().toISOString().slice(0, 10);
  const found = new Map<string, { key: string; usual: boolean; dates: string[] }>();
  for (const h of list) {
    if (h.date < today) continue;
    const one = found.get(h.key) ?? { key: h.key, usual: h.usual ?? false, dates: [] };
    if (one.dates.length === 0 || (h.substitute && one.dates.at(-1)?.slice(0, 4) === h.date.slice(0, 4))) {
      one.dates.push(h.date);
    }
    found.set(h.key, one);
  }
  return [...found.values()];
}
