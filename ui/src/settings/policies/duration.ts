/** The longest promise: a year, in minutes. */
export const longest = 366 * 24 * 60;

const units = (day: number): readonly [minutes: number, words: RegExp][] => [
  [1, /^(m|min|mins|minut\p{L}*|minuc\p{L}*|minus\p{L}*)$/u],
  [60, /^(h|hr|hrs|hours?|st|stund\p{L}*|val|valand\p{L}*|g|godz|godzin\p{L}*)$/u],
  [day, /^(d|days?|dien\p{L}*|dn|dni|dnia|dzien)$/u],
  [
    (day === 1440 ? 7 : 5) * day,
    /^(w|wks?|weeks?|ned|nedel\p{L}*|sav|savait\p{L}*|savaic\p{L}*|tydz|tydzien|tygod\p{L}*)$/u,
  ],
];

/**
 * Minutes of a span as people write it in the desk's languages: "30 min", "4 h", "1 d 2 h", "1,5 st.", "2 val.", "1:30", "1h30". 0 for nothing;
 * undefined for what cannot be read, and for a number of which nobody says what it counts. Where a day is shorter than that of the calendar it is a working day, and a week
 * has five of them.
 */
export function minutesOf(text: string, day = 1440): number | undefined {
  const said = text.trim().toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");
  if (!said || /^0+$/.test(said)) return 0;
  const clock = /^(\d{1,4}):([0-5]\d)$/.exec(said);
  if (clock) return Number(clock[1]) * 60 + Number(clock[2]);
  const parts = said.matchAll(/\s*(\d+(?:[.,]\d+)?)\s*(\p{L}*)\.?\s*/guy);
  let [read, sum, last] = [0, 0, Number.POSITIVE_INFINITY];
  for (const [whole, number = "", word = ""] of parts) {
    const unit = word ? units(day).find(([, words]) => words.test(word))?.[0] : last === 60 ? 1 : undefined; // "1h30"
    if (!unit || unit >= last) return undefined; // "2 h 1 d", "1 h 2 h": more likely a slip
    last = unit;
    sum += Number(number.replace(",", ".")) * unit;
    read += whole.length;
  }
  return read === said.length && sum > 0 ? Math.max(1, Math.round(sum)) : undefined;
}

type T = (key: string, values?: Record<string, unknown>) => string;

/** Minutes as they are written: "1 d 2 h"; of open hours without days, since a day of those is none of the calendar. Empty for no promise. */
export function inUnits(t: T, minutes: number, open: boolean): string {
  const days = open ? 0 : Math.floor(minutes / 1440);
  const hours = Math.floor((minutes - days * 1440) / 60);
  const rest = minutes % 60;
  return [days && t("time.day", { n: days }), hours && t("time.hour", { n: hours }), rest && t("time.min", { n: rest })]
    .filter(Boolean)
    .join(" ");
}
