/** Writes an amount of minor units exactly: the digits are moved, never divided, since 0.1 is no binary number. */
export function amount(minor: number, currency: string, decimals: number, locale: string): string {
  const digits = String(Math.abs(minor)).padStart(decimals + 1, "0");
  const text = decimals ? `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}` : digits;
  const format = new Intl.NumberFormat(locale, {
    style: "currency",
    currency,
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  });
  // A decimal text is formatted as it stands (ES2023), beyond what a number holds.
  return format.format(`${minor < 0 ? "-" : ""}${text}` as unknown as number);
}
