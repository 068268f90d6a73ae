import { useCallback, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { isProblem } from "../../api/problem";
import type { Actor, Time } from "../../api/types";
import { toast } from "../../parts/toast";
import { type Refused, refused, type T } from "./refusal";

/** Whether two values say the same; a field that is absent is one that is undefined. */
export function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

export interface Form<V> {
  value: V;
  set: (change: Partial<V>) => void;
  dirty: boolean;
  saving: boolean;
  /** What is wrong with a field, by its location in the body. */
  error: (location: string) => string | undefined;
  /** What is wrong with all of it. */
  whole: string;
  /** What somebody else made of it meanwhile. */
  theirs: V | undefined;
  /** Which fields differ from one's own, who made it so, and when. */
  clash: Clash | undefined;
  takeTheirs: () => void;
  /** One's own words shall stand: the next try overwrites theirs. */
  forgetTheirs: () => void;
  submit: () => Promise<boolean>;
  reset: () => void;
}

/** What the server says of a conflict, beside what there is now. */
export interface Clash {
  changed?: string[];
  by?: Actor;
  at?: Time;
}

interface Options<V> {
  /** Finds what the server need not be asked for, by location. */
  check?: (value: V) => Record<string, string>;
  /** What is said when it was kept; "" for nothing. */
  said?: string;
  /** Whether the form has a place for words about this location; all have where this is missing. */
  shows?: (location: string) => boolean;
  /** What stands in it at first beside what the server says, not saved yet. */
  begin?: Partial<V>;
}

/**
 * A form over something of the server. It follows the server until somebody types; then it is theirs until it is saved or reset. save gets
 * what was typed and returns what the server made of it.
 */
export function useForm<V extends object>(
  server: V,
  save: (value: V) => Promise<V>,
  { check, said, shows, begin }: Options<V> = {},
): Form<V> {
  const { t, i18n } = useTranslation();
  const [base, setBase] = useState(server);
  const [value, setValue] = useState(() => ({ ...server, ...begin }));
  const [saving, setSaving] = useState(false);
  const [wrong, setWrong] = useState<Refused>({ fields: {}, whole: "" });
  const [theirs, setTheirs] = useState<V>();
  const [clash, setClash] = useState<Clash>();
  const [failures, setFailures] = useState(0);
  const dirty = !same(base, value);

  const untouched = useRef(true);
  untouched.current = !dirty && !saving;
  const latest = useRef(server);
  latest.current = server;
  const content = JSON.stringify(server);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what it says counts, not which object says it
  useEffect(() => {
    if (!untouched.current) return;
    setBase(latest.current);
    setValue(latest.current);
  }, [content]);

  useEffect(() => {
    if (failures === 0) return;
    const first = document.querySelector<HTMLElement>("[aria-invalid=true]");
    first?.focus();
    first?.scrollIntoView?.({ block: "center" });
  }, [failures]);

  const set = useCallback((change: Partial<V>) => {
    setValue((old) => ({ ...old, ...change }));
    setWrong((old) => without(old, Object.keys(change)));
  }, []);

  const adopt = (next: V) => {
    setBase(next);
    setValue(next);
    setTheirs(undefined);
    setWrong({ fields: {}, whole: "" });
  };

  async function submit(): Promise<boolean> {
    if (saving) return false;
    const found = check?.(value) ?? {};
    if (Object.keys(found).length > 0) {
      setWrong({ fields: found, whole: "" });
      setFailures((n) => n + 1);
      return false;
    }
    setSaving(true);
    try {
      adopt(await save(value));
      if (said !== "") toast(said ?? i18n.t("form.saved"));
      return true;
    } catch (err) {
      const against = isProblem(err, "conflict") ? (err.details as (Clash & { current?: V }) | undefined) : undefined;
      const current = against?.current;
      if (current) {
        setTheirs(likeForm(current, base));
        setClash(against);
      } else setWrong(refused(t as T, err, shows));
      setFailures((n) => n + 1);
      return false;
    } finally {
      setSaving(false);
    }
  }

  return {
    value,
    set,
    dirty,
    saving,
    error: (location) => wrong.fields[location],
    whole: wrong.whole,
    theirs,
    clash,
    takeTheirs: () => theirs && adopt(theirs),
    forgetTheirs: () => setTheirs(undefined),
    submit,
    reset: () => adopt(base),
  };
}

/** What the server holds now, as far as the form shows it: it would refuse to be sent back what it only tells. */
function likeForm<V extends object>(current: V, form: V): V {
  return Object.fromEntries(
    Object.entries(form).map(([key, value]) => [key, (current as Record<string, unknown>)[key] ?? value]),
  ) as V;
}

/** What is being changed is no longer wrong until it is tried again. */
function without(old: Refused, keys: string[]): Refused {
  const fields = Object.entries(old.fields).filter(
    ([location]) => !keys.some((k) => location === k || location.startsWith(`${k}.`) || location.startsWith(`${k}[`)),
  );
  return { fields: Object.fromEntries(fields), whole: "" };
}
