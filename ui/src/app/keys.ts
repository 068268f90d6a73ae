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

/** What leads from page to page: the router, as far as keys need it. */
export interface Way {
  latestLocation: { pathname: string };
  state: { resolvedLocation?: { pathname: string } | undefined };
  subscribe(event: "onResolved", then: () => void): () => void;
}

interface Stroke {
  pressed: string;
  key: string;
  target: EventTarget | null;
}

/**
 * Listens to the keyboard for as long as the signed-in screens stand. What is pressed while a page is on its way is kept until that is there: who clicks a conversation
 * and presses R answers that one, not the one that is still drawn.
 */
export function listenToKeys(way: Way): () => void {
  let first = "";
  let forget: number | undefined;
  let held: Stroke[] = [];
  const leads = () => way.latestLocation.pathname !== way.state.resolvedLocation?.pathname;
  /** Does what a stroke stands for; false where it is nobody's. */
  const press = ({ pressed, target }: Stroke): boolean => {
    const inField = typing(target);
    const dialog =
      document.querySelector("[role=dialog][aria-modal=true]") !== null ||
      (target instanceof Element && target.closest("[role=menu],[role=dialog]") !== null);
    const usable = (c: Command) => (inField || dialog ? c.everywhere === true : true);
    if (pressed === "escape" && inField && !dialog && target instanceof HTMLElement) {
      first = "";
      leaveField(target);
      return false;
    }
    const sequence = first ? `${first} ${pressed}` : pressed;
    // What was registered last lies on top.
    const found = commands.findLast((c) => usable(c) && c.keys?.includes(sequence));
    window.clearTimeout(forget);
    first = "";
    if (found) {
      flushSync(() => found.run()); // the next key may come before React would have drawn what takes it
      return true;
    }
    if (commands.some((c) => usable(c) && c.keys?.some((k) => k.startsWith(`${pressed} `)))) {
      first = pressed;
      forget = window.setTimeout(() => {
        first = "";
      }, 1200);
    }
    return false;
  };
  const listen = (e: KeyboardEvent) => {
    if (e.defaultPrevented || e.isComposing || e.altKey || ["Shift", "Control", "Meta", "Alt"].includes(e.key)) return;
    const s = { pressed: stroke(e), key: e.key, target: e.target };
    // Space and Enter belong to what has the focus, until something was kept that they follow.
    const letter = e.key.length === 1 && (e.key !== " " || held.length > 0);
    if (letter && !s.pressed.startsWith("mod+") && !typing(e.target) && (held.length > 0 || leads())) held.push(s);
    else if (!press(s)) return;
    e.preventDefault();
  };
  const arrived = () => {
    while (held.length > 0 && !leads()) {
      const s = held.shift() as Stroke;
      const target = document.activeElement;
      // What follows an R is what he writes.
      if (typing(target)) document.execCommand("insertText", false, s.key);
      else press({ ...s, target });
    }
  };
  // Only behind what tells it is the state what was told.
  const unsubscribe = way.subscribe("onResolved", () => queueMicrotask(arrived));
  // Before the rich editor, which keeps Escape to itself; a list of suggestions closes by it first.
  const leave = (e: KeyboardEvent) => {
    const field = e.target;
    if (e.key !== "Escape" || e.isComposing || !(field instanceof HTMLElement) || !field.isContentEditable) return;
    if (!document.querySelector("[role=listbox]") && !field.closest("[role=dialog],dialog")) leaveField(field);
  };
  window.addEventListener("keydown", leave, { capture: true });
  window.addEventListener("keydown", listen);
  return () => {
    held = [];
    unsubscribe();
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
