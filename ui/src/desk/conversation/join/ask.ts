import type { Join } from "./useJoins";

type Listener = (join: Join, message?: number) => void;
let listener: Listener | undefined;
let soon: { number: number; join: Join; message?: number | undefined } | undefined;

/** Who opens the sheets of the open conversation; the result ends it. What was asked for before it was open comes at once. */
export function asked(number: number, fn: Listener): () => void {
  listener = fn;
  if (soon?.number === number) fn(soon.join, soon.message);
  soon = undefined;
  return () => {
    if (listener === fn) listener = undefined;
  };
}

/** Opens a sheet of the open conversation, about one message where that is named. */
export function ask(join: Join, message?: number) {
  listener?.(join, message);
}

/** Opens a sheet of a conversation that is about to be opened. */
export function askSoon(number: number, join: Join, message?: number) {
  soon = { number, join, message };
}
