import { useEffect, useState } from "react";

/** Code that is fetched when it is first wanted. */
export interface Later<T> {
  found?: { part: T };
  coming?: Promise<void>;
  load: () => Promise<{ default: T }>;
}

export const lately = <T>(load: Later<T>["load"]): Later<T> => ({ load });

/**
 * What code has brought, from when it is wanted and there. Unlike lazy of React it has no way to fail: what cannot be fetched stays undefined, and
 * whoever asks does without it.
 */
export function useLate<T>(later: Later<T>, wanted: boolean): T | undefined {
  const [, redraw] = useState(0);
  useEffect(() => {
    if (!wanted || later.found) return;
    let here = true;
    later.coming ??= later.load().then(
      (m) => {
        later.found = { part: m.default };
      },
      () => undefined, // not asked for again: styles that came half could not be fetched a second time
    );
    void later.coming.then(() => here && redraw((n) => n + 1));
    return () => {
      here = false;
    };
  }, [later, wanted]);
  return later.found?.part;
}
