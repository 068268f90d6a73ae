/** How people write a date in a language: the order of its parts and what stands between them. */
interface Shape {
  order: ("day" | "month" | "year")[];
  between: string;
  end: string;
}

const shapes = new Map<string, Shape>();

function shapeOf(language: string): Shape {
  let found = shapes.get(language);
  if (!found) {
    const locale = language === "en" ? "en-GB" : language; // as format.ts writes them
    const parts = new Intl.DateTimeFormat(locale, {
      day: "2-digit",
      month: "2-digit",
      year: "numeric",
      timeZone: "UTC",
    })
      .formatToParts(0)
      .map((p) => ({ type: p.type, value: p.value }));
    const order = parts
      .map((p) => p.type)
      .filter((t): t is "day" | "month" | "year" => t === "day" || t === "month" || t === "year");
    const first = parts.findIndex((p) => p.type === order[0]);
    const last = parts.findIndex((p) => p.type === order[2]);
    found = {
      order,
      between: parts[first + 1]?.value.trim() || ".",
      end: parts[last + 1]?.value.trim() ?? "",
    };
    shapes.set(language, found);
  }
  return found;
}

/** What a field says whose value is "2026-11-22" or "2026-11-22T09:00"; "" where there is no value. */
export function dateText(value: string, language: string): string {
  const m = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d:\d\d))?/.exec(value);
  if (!m) return "";
  const { order, between, end } = shapeOf(language);
  const by = { year: m[1], month: m[2], day: m[3] };
  const day = order.map((part) => by[part]).join(between) + end;
  return m[4] ? `${day} ${m[4]}` : day;
}

/**
 * The value that a text stands for, in the order of a language, whatever stands between the numbers; a year that comes first and has four
 * digits is taken for one in every language. Undefined where it is no date, or where the time is missing that withTime asks for.
 */
export function dateValue(text: string, language: string, withTime: boolean): string | undefined {
  const numbers = text.match(/\d+/g) ?? [];
  if (numbers.length !== (withTime ? 5 : 3)) return undefined;
  const order = numbers[0]?.length === 4 ? (["year", "month", "day"] as const) : shapeOf(language).order;
  const by = { year: 0, month: 0, day: 0 };
  order.forEach((part, i) => {
    by[part] = Number(numbers[i]);
  });
  if (by.year < 100) by.year += 2000;
  const [hour, minute] = withTime ? [Number(numbers[3]), Number(numbers[4])] : [0, 0];
  const at = new Date(Date.UTC(by.year, by.month - 1, by.day));
  const real = at.getUTCFullYear() === by.year && at.getUTCMonth() === by.month - 1 && at.getUTCDate() === by.day;
  if (!real || by.year < 1900 || by.year > 9999 || hour > 23 || minute > 59) return undefined;
  const two = (n: number) => String(n).padStart(2, "0");
  const day = `${by.year}-${two(by.month)}-${two(by.day)}`;
  return withTime ? `${day}T${two(hour)}:${two(minute)}` : day;
}
