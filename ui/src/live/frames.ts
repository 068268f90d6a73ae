/** How long what was heard waits at most, in milliseconds, where no frame is drawn, as in a window that is covered by others. */
const longest = 100;

/**
 * Hands on what is heard between two frames together, in its order, right before the next one is drawn: a screen shows no more of it anyway, and a busy
 * desk says more than a slow machine can draw. What nobody looks at is handed on at once.
 */
export function perFrame<T>(apply: (all: T[]) => void): { push: (one: T) => void; stop: () => void } {
  let waiting: T[] = [];
  let frame = 0;
  let timer: number | undefined;
  const still = () => {
    cancelAnimationFrame(frame);
    window.clearTimeout(timer);
    timer = undefined;
  };
  const flush = () => {
    still();
    const all = waiting;
    waiting = [];
    if (all.length > 0) apply(all);
  };
  return {
    push(one) {
      waiting.push(one);
      if (document.hidden) flush();
      else if (timer === undefined) {
        frame = requestAnimationFrame(flush);
        timer = window.setTimeout(flush, longest);
      }
    },
    stop() {
      still();
      waiting = [];
    },
  };
}
