import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useProfile } from "../app/session";

type T = (key: string, values?: Record<string, unknown>) => string;

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

const cache = new Map<string, Intl.DateTimeFormat>();

function formatter(language: string, zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const locale = language === "en" ? "en-GB" : language; // day before month, as everywhere around the Baltic
  const key = `${locale}|${zone}|${JSON.stringify(options)}`;
  let found = cache.get(key);
  if (!found) {
    try {
      found = new Intl.DateTimeFormat(locale, { ...options, timeZone: zone || undefined });
    } catch {
      found = new Intl.DateTimeFormat(locale, options); // a zone that this browser does not know
    }
    cache.set(key, found);
  }
  return found;
}

/** Words for instants, spans and sizes, in one language and one time zone. */
export class Format {
  constructor(
    readonly t: T,
    readonly language: string,
    readonly zone: string,
  ) {}

  private date(at: number, options: Intl.DateTimeFormatOptions): string {
    return formatter(this.language, this.zone, options).format(at);
  }

  private dayKey(at: number): string {
    return formatter("en-CA", this.zone, { year: "numeric", month: "2-digit", day: "2-digit" }).format(at);
  }

  /** How long ago, as a list shows it: "now", "38 min", "2 h", "3 d", then the date. */
  age(at: number, now: number): string {
    const past = now - at;
    if (past < minute) return this.t("time.now");
    if (past < hour) return this.t("time.min", { n: Math.floor(past / minute) });
    if (past < day) return this.t("time.hour", { n: Math.floor(past / hour) });
    if (past < 7 * day) return this.t("time.day", { n: Math.floor(past / day) });
    return this.shortDay(at, now);
  }

  /** A span in its two largest units: "48 min", "3 h 59 min", "2 d 4 h". */
  span(length: number): string {
    const minutes = Math.max(1, Math.round(Math.abs(length) / minute));
    if (minutes < 60) return this.t("time.min", { n: minutes });
    const hours = Math.floor(minutes / 60);
    if (hours < 24) {
      const rest = minutes % 60;
      return this.t("time.hour", { n: hours }) + (rest && hours < 12 ? ` ${this.t("time.min", { n: rest })}` : "");
    }
    const rest = hours % 24;
    return (
      this.t("time.day", { n: Math.floor(hours / 24) }) +
      (rest && hours < 72 ? ` ${this.t("time.hour", { n: rest })}` : "")
    );
  }

  /** The time of day: "13:02". */
  clock(at: number): string {
    return this.date(at, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  }

  /** How near a day is by the reader's calendar, which alone says where one ends. */
  nearDay(at: number, now: number): "yesterday" | "today" | "tomorrow" | "day" {
    const key = this.dayKey(at);
    if (key === this.dayKey(now)) return "today";
    if (key === this.dayKey(now - day)) return "yesterday";
    return key === this.dayKey(now + day) ? "tomorrow" : "day";
  }

  /** "13:02" today, "yesterday 13:02", "12 Nov, 13:02", with the year where it is another. */
  moment(at: number, now: number): string {
    const time = this.clock(at);
    const near = this.nearDay(at, now);
    if (near === "today") return time;
    return near === "day" ? `${this.shortDay(at, now)}, ${time}` : `${this.t(`time.${near}`)} ${time}`;
  }

  shortDay(at: number, now: number): string {
    const thisYear = this.dayKey(at).slice(0, 4) === this.dayKey(now).slice(0, 4);
    return this.date(at, { day: "numeric", month: "short", ...(thisYear ? {} : { year: "numeric" }) });
  }

  /** The whole instant with its zone, for titles. */
  exact(at: number): string {
    return this.date(at, {
      weekday: "long",
      day: "numeric",
      month: "long",
      year: "numeric",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      hourCycle: "h23",
      timeZoneName: "short",
    });
  }

  /** The day with its weekday: "Sunday 22 November". */
  day(at: number): string {
    return this.date(at, { weekday: "long", day: "numeric", month: "long" });
  }

  weekdayMoment(at: number): string {
    return this.date(at, {
      weekday: "short",
      day: "numeric",
      month: "short",
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
    });
  }

  year(at: number): string {
    return this.dayKey(at).slice(0, 4); // Latvian and Lithuanian formats add "g." and "m." of their own
  }

  /** A length of talk: "4 min 10 s". */
  seconds(n: number): string {
    const min = Math.floor(n / 60);
    const rest = n % 60;
    return [min ? this.t("time.min", { n: min }) : "", rest || !min ? this.t("time.sec", { n: rest }) : ""]
      .filter(Boolean)
      .join(" ");
  }

  number(n: number): string {
    return new Intl.NumberFormat(this.language).format(n);
  }

  /** "10,000+" where counting stopped. */
  count(n: number, capped?: boolean): string {
    return this.number(n) + (capped ? "+" : "");
  }

  size(bytes: number): string {
    const units = ["B", "KB", "MB", "GB"];
    let n = bytes;
    let unit = 0;
    while (n >= 1000 && unit < units.length - 1) {
      n /= 1024;
      unit++;
    }
    const digits = unit > 0 && n < 10 ? 1 : 0;
    return `${new Intl.NumberFormat(this.language, { maximumFractionDigits: digits }).format(n)} ${units[unit]}`;
  }

  list(items: string[]): string {
    const locale = this.language === "en" ? "en-GB" : this.language; // no comma before "and", as the desk writes
    return new Intl.ListFormat(locale, { type: "conjunction" }).format(items);
  }

  /** A language by its own name, capitalised: "Latviešu". */
  languageName(code: string): string {
    try {
      const name = new Intl.DisplayNames(code, { type: "language" }).of(code) ?? code;
      return name.charAt(0).toLocaleUpperCase(code) + name.slice(1);
    } catch {
      return code;
    }
  }
}

/** Formats in the reader's language and time zone. */
export function useFormat(): Format {
  const { t, i18n } = useTranslation();
  const zone = useProfile()?.timeZone ?? "";
  return useMemo(() => new Format(t as T, i18n.language, zone), [t, i18n.language, zone]);
}
