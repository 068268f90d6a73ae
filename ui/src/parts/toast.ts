import { useSyncExternalStore } from "react";

export interface Toast {
  id: number;
  text: string;
  tone: "plain" | "bad";
  /** Milliseconds until it leaves; people who point at it or focus it get more time. */
  stays: number;
  action?: { label: string; run: () => void };
}

let toasts: Toast[] = [];
let last = 0;
const listeners = new Set<() => void>();

function change(next: Toast[]) {
  toasts = next;
  for (const listener of listeners) listener();
}

/** Says something at the foot of the screen and returns how to take it back. */
export function toast(text: string, options: Partial<Pick<Toast, "tone" | "stays" | "action">> = {}): () => void {
  const id = ++last;
  const tone = options.tone ?? "plain";
  const stays = options.stays ?? (tone === "bad" ? 12_000 : 6_000);
  change([...toasts.slice(-2), { id, text, tone, stays, action: options.action }]);
  return () => dismiss(id);
}

export function dismiss(id: number) {
  change(toasts.filter((t) => t.id !== id));
}

let underway: Promise<unknown> | undefined;

/** Has takeBack wait for what was done a moment ago, and can be taken back only once the server has answered. */
export function offersSoon<T>(doing: Promise<T>): Promise<T> {
  underway = doing;
  const over = () => {
    if (underway === doing) underway = undefined;
  };
  doing.then(over, over);
  return doing;
}

/** Takes back the newest thing that can still be taken back. */
export function takeBack() {
  if (underway) {
    void underway.then(takeBack, () => {});
    return;
  }
  const newest = toasts.findLast((t) => t.action);
  if (!newest) return;
  dismiss(newest.id);
  newest.action?.run();
}

export function useToasts(): Toast[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => toasts,
  );
}
