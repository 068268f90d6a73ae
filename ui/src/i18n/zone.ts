/** Wall-clock parts of an instant in a time zone. */
export interface Wall {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  /** 0 is Sunday. */
  weekday: number;
}

function parts(at: number, zone: string): Wall {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: zone || undefined,
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    hourCycle: "h23",
  });
  const found = Object.fromEntries(format.formatToParts(at).map((p) => [p.type, Number(p.value)]));
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0 } = found;
  return { year, month, day, hour, minute, weekday: new Date(Date.UTC(year, month - 1, day)).getUTCDay() };
}

/** The wall clock in a zone; the browser's own where the zone is unknown to it. */
export function wallOf(at: number, zone: string): Wall {
  try {
    return parts(at, zone);
  } catch {
    return parts(at, "");
  }
}

/**
 * The instant at which a zone's clock shows this. Days and hours may run over (day 32, hour 24). A time that a clock change skips becomes
 * the one an hour later.
 */
export function instantOf(wall: Pick<Wall, "year" | "month" | "day" | "hour" | "minute">, zone: string): number {
  const wanted = Date.UTC(wall.year, wall.month - 1, wall.day, wall.hour, wall.minute);
  let at = wanted;
  for (let i = 0; i < 2; i++) {
    const shown = wallOf(at, zone);
    at += wanted - Date.UTC(shown.year, shown.month - 1, shown.day, shown.hour, shown.minute);
  }
  return at;
}

/** For a datetime-local field: "2026-11-22T09:00". */
export function fieldOf(at: number, zone: string): string {
  const w = wallOf(at, zone);
  const two = (n: number) => String(n).padStart(2, "0");
  return `${w.year}-${two(w.month)}-${two(w.day)}T${two(w.hour)}:${two(w.minute)}`;
}

/** What a datetime-local field says, undefined where it says nothing. */
export function fromField(text: string, zone: string): number | undefined {
  const m = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)/.exec(text);
  if (!m) return undefined;
  const [year, month, day, hour, minute] = m.slice(1).map(Number) as [number, number, number, number, number];
  return instantOf({ year, month, day, hour, minute }, zone);
}
