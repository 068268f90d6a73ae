import { useCallback, useState } from "react";

let agent = 0;

/** Says whose words are kept from now on. */
export function keepFor(id: number) {
  agent = id;
}

/** The place of something of who is signed in, so that two people who share a browser never find, or send, each other's words. */
export function own(place: string): string {
  return `${place}@${agent}`;
}

/** Reads from the browser's storage, the fallback where nothing or nothing usable is there. */
export function stored<T>(key: string, fallback: T): T {
  try {
    const text = localStorage.getItem(key);
    return text === null ? fallback : (JSON.parse(text) as T);
  } catch {
    return fallback;
  }
}

/** Keeps a value in the browser; without storage or space it lives as long as the page. */
export function store(key: string, value: unknown) {
  try {
    if (value === undefined) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // Full or forbidden: the server's copy, where there is one, stays.
  }
}

/** State that a later visit finds again. */
export function useStored<T>(key: string, fallback: T): [T, (value: T) => void] {
  const [value, setValue] = useState(() => stored(key, fallback));
  const set = useCallback(
    (next: T) => {
      setValue(next);
      store(key, next);
    },
    [key],
  );
  return [value, set];
}
