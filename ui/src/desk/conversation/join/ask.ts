import type { Join } from "./useJoins";

type Listener = (join: Join, message?: number) => void;
let listener: Listener | undefined;

/** Who opens the sheets of the open conversation; the result ends it. */
export function asked(fn: Listener): () => void {
  listener = fn;
  return () => {
    if (listener === fn) listener = undefined;
  };
}

/** Opens a sheet of the open conversation, about one message where that is named. */
export function ask(join: Join, message?: number) {
  listener?.(join, message);
}
