/** A birthday ("1980-05-05", or "--05-05" without a year) in words; "" where it is not known. */
export function birthday(text: string | undefined, locale: string): string {
  if (!text) return "";
  const whole = !text.startsWith("--");
  const at = Date.parse(whole ? text : `2000-${text.slice(2)}`);
  return new Intl.DateTimeFormat(locale, {
    day: "numeric",
    month: "long",
    ...(whole ? { year: "numeric" } : {}),
    timeZone: "UTC",
  }).format(at);
}
