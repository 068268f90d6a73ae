import { useEffect, useState } from "react";
import type { Timer } from "./types";
import { spanText } from "./values";

/** Seconds that a timer has counted by now. */
function seconds(timer: Timer | undefined, now: number): number {
  if (!timer) return 0;
  return timer.seconds + (timer.since ? Math.max(0, Math.floor((now - Date.parse(timer.since)) / 1000)) : 0);
}

const two = (n: number) => String(n).padStart(2, "0");

/** What a timer shows, second by second while it runs: 01:02:03, shorter 1:02:03, and in words. */
export function useCounted(timer: Timer | undefined) {
  const [now, setNow] = useState(Date.now);
  const running = Boolean(timer?.since);
  useEffect(() => {
    if (!running) return;
    const every = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(every);
  }, [running]);
  const n = seconds(timer, Math.max(now, Date.now()));
  const [h, m, s] = [Math.floor(n / 3600), Math.floor(n / 60) % 60, n % 60];
  return {
    clock: [h, m, s].map(two).join(":"),
    short: h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`,
    words: spanText(n),
  };
}
