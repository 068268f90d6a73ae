import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../i18n/format";
import { useNow } from "../../i18n/now";
import { type Framed, SelectField } from "./fields";
import { zonesByRegion } from "./zones";

/** A time zone, with the clock it shows now. */
export function ZoneField({ value, change, ...framed }: Framed & { value: string; change: (zone: string) => void }) {
  const { t } = useTranslation();
  const { language } = useFormat();
  const now = useNow();
  const groups = useMemo(() => zonesByRegion(value), [value]);
  return (
    <SelectField
      {...framed}
      value={value}
      change={change}
      options={[]}
      groups={groups}
      hint={t("form.zone_now", { time: clock(now, value, language) })}
    />
  );
}

function clock(at: number, zone: string, language: string): string {
  const options = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
  try {
    return new Intl.DateTimeFormat(language, { ...options, timeZone: zone }).format(at);
  } catch {
    return new Intl.DateTimeFormat(language, options).format(at);
  }
}
