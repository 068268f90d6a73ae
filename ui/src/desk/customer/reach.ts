import type { Customer } from "../../api/types";
import { type Wall, wallOf } from "../../i18n/zone";

const two = (n: number) => String(n).padStart(2, "0");

/** A customer's own clock: what it shows, and whether he would rather not be disturbed now. Undefined where his zone is not known. */
export interface Clock {
  time: string;
  late: boolean;
}

/** What a customer's clock shows at an instant. Where he named no hours, nobody likes to be called before eight and from nine in the evening. */
export function clockOf(c: Pick<Customer, "timeZone" | "hours">, at: number): Clock | undefined {
  if (!c.timeZone) return undefined;
  const wall = wallOf(at, c.timeZone);
  const time = `${two(wall.hour)}:${two(wall.minute)}`;
  return { time, late: !within(c.hours ?? { from: "08:00", to: "21:00", days: [] }, wall, time) };
}

function within(h: NonNullable<Customer["hours"]>, wall: Wall, time: string): boolean {
  const day = wall.weekday || 7;
  return time >= h.from && time < h.to && (h.days.length === 0 || h.days.includes(day));
}
