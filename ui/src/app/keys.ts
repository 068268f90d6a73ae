import { useEffect, useLayoutEffect, useRef, useSyncExternalStore } from "react";
import { flushSync } from "react-dom";
import type { IconName } from "../parts/Icon";

/** Something that can be done now: by key, from the palette, and listed under "?". */
export interface Command {
  id: string;
  /** In the reader's language. */
  label: string;
  group: "go" | "conversation" | "write" | "app";
  /** "r", "g m" (one after the other), "shift+i", "mod+k" (⌘ or Ctrl). */
  keys?: readonly string[];
  icon?: IconName;
  /** Works while typing in a field too. */
  everywhere?: boolean;
  /** Another key for a command that is listed already. */
  hidden?: boolean;
  run: () => void;
}

let commands: Command[] = [];
const listeners = new Set<() => void>();
const sources = new Map<symbol, Command[]>();

function publish() {
  commands = [...sources.values()].flat();
  for (const listener of listeners) listener();
}

/** Offers commands while the component is mounted. */
export function useCommands(list: Command[]) {
  const source = useRef(Symbol("commands"));
  const latest = useRef(list);
  latest.current = list;
  // Labels and keys decide whether anything changed; what runs is always the newest.
  const shape = list.map((c) => `${c.id}|${c.label}|${c.keys?.join(",")}`).join("\n");
  // Before the screen is seen: a key may come as soon as it is.
  // biome-ignore lint/correctness/useExhaustiveDependencies: shape stands for the list
  useLayoutEffect(() => {
    const key = source.current;
    sources.set(
      key,
      latest.current.map((c) => ({ ...c, run: () => latest.current.find((l) => l.id === c.id)?.run() })),
    );
    publish();
    return () => {
      sources.delete(key);
      publish();
    };
  }, [shape]);
}

/** All commands on offer. */
export function useAllCommands(): Command[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => commands,
  );
}

export const apple = /Mac|iPhone|iPad/.test(navigator.userAgent);

/** How a key is written on this reader's keyboard. */
export function keyCaps(keys: string): string {
  return keys
    .split(" ")
    .map((stroke) =>
      stroke
        .split("+")
        .map(
          (k) =>
            ({ mod: apple ? "⌘" : "Ctrl", shift: "⇧", enter: "↵", escape: "Esc" })[k] ??
            (k.length === 1 ? k.toUpperCase() : k),
        )
        .join(apple ? "" : " "),
    )
    .join(" ");
}

/** The stroke of an event as commands write it. Letters of a Baltic or Polish layout keep their place by `code`. */
export function stroke(e: KeyboardEvent): string {
  const mod = e.metaKey || e.ctrlKey;
  let key = e.key.toLowerCase();
  if (key.length === 1 && !/[\x20-\x7e]/.test(key) && /^Key[A-Z]$/.test(e.code)) key = e.code.slice(3).toLowerCase();
  const shift = e.shiftKey && (/^[a-z]$/.test(key) || key.length > 1);
  return `${mod ? "mod+" : ""}${shift ? "shift+" : ""}${key}`;
}

function typing(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

/** Gives the keyboard back to the commands: from a field to what is read above it, where the arrow keys scroll. */
function leaveField(field: HTMLElement) {
  field.blur();
  field.closest("main")?.querySelector<HTMLElement>("[data-reading]")?.focus({ preventScroll: true });
}

/** Listens to the keyboard for as long as the signed-in screens stand. */
export function listenToKeys(): () => void {
  let first = "";
  let forget: number | undefined;
  const listen = (e: KeyboardEvent) => {
    if (e.defaultPrevented || e.isComposing || e.altKey || ["Shift", "Control", "Meta", "Alt"].includes(e.key)) return;
    const pressed = stroke(e);
    const inField = typing(e.target);
    const dialog =
      document.querySelector("[role=dialog][aria-modal=true]") !== null ||
      (e.target instanceof Element && e.target.closest("[role=menu],[role=dialog]") !== null);
    const usable = (c: Command) => (inField || dialog ? c.everywhere === true : true);
    if (pressed === "escape" && inField && !dialog && e.target instanceof HTMLElement) {
      first = "";
      leaveField(e.target);
      return;
    }
    const sequence = first ? `${first} ${pressed}` : pressed;
    // What was registered last lies on top.
    const found = commands.findLast((c) => usable(c) && c.keys?.includes(sequence));
    window.clearTimeout(forget);
    first = "";
    if (found) {
      e.preventDefault();
      flushSync(() => found.run()); // the next key may come before React would have drawn what takes it
      return;
    }
    if (commands.some((c) => usable(c) && c.keys?.some((k) => k.startsWith(`${pressed} `)))) {
      first = pressed;
      forget = window.setTimeout(() => {
        first = "";
      }, 1200);
    }
  };
  // Before the rich editor, which keeps Escape to itself; a list of suggestions closes by it first.
  const leave = (e: KeyboardEvent) => {
    const field = e.target;
    if (e.key !== "Escape" || e.isComposing || !(field instanceof HTMLElement) || !field.isContentEditable) return;
    if (!document.querySelector("[role=listbox]") && !field.closest("[role=dialog],dialog")) leaveField(field);
  };
  window.addEventListener("keydown", leave, { capture: true });
  window.addEventListener("keydown", listen);
  return () => {
    window.removeEventListener("keydown", leave, { capture: true });
    window.removeEventListener("keydown", listen);
    window.clearTimeout(forget);
  };
}

/** While it is drawn no key is a command: what was asked for is on its way and would have taken them. */
export function KeysRest() {
  useEffect(() => {
    const swallow = (e: KeyboardEvent) => e.stopImmediatePropagation();
    window.addEventListener("keydown", swallow, { capture: true });
    return () => window.removeEventListener("keydown", swallow, { capture: true });
  }, []);
  return null;
}
