import { keepPreviousData, queryOptions, useQuery } from "@tanstack/react-query";
import { useEffect, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { get } from "../../api/client";
import type { Correspondent, NamedAddress } from "../../api/types";
import { Avatar } from "../../parts/Avatar";
import { Pill } from "../../parts/Pill";
import css from "./AddressField.module.css";
import { isAddress, parseAddresses } from "./state";

const recipientsQuery = (q: string) =>
  queryOptions({
    queryKey: ["recipients", q],
    queryFn: async ({ signal }): Promise<Correspondent[]> =>
      (await get<{ items: Correspondent[] }>("/recipients", { q }, signal)).items,
    enabled: q !== "",
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  });

interface Props {
  label: string;
  value: string;
  change: (text: string) => void;
  /** Somebody was picked, or an address was typed whole. */
  choose: (who: NamedAddress) => void;
  /** Addresses in lower case that are not suggested. */
  taken: Set<string>;
  focus?: boolean;
  placeholder?: string;
  /** The field lost the focus. */
  left?: () => void;
  /** Backspace in the empty field. */
  backspace?: () => void;
  /** Escape where nothing is suggested. */
  cancel?: () => void;
}

/** Takes one mail address, and suggests customers and colleagues by the beginning of a name or an address. */
export function AddressField({
  label,
  value,
  change,
  choose,
  taken,
  focus,
  placeholder,
  left,
  backspace,
  cancel,
}: Props) {
  const { t } = useTranslation();
  const id = useId();
  const [asked, setAsked] = useState("");
  const [moved, setMoved] = useState<number>();
  const [closed, setClosed] = useState(false);
  const typed = value.trim();
  useEffect(() => {
    const timer = setTimeout(() => setAsked(typed), typed ? 120 : 0);
    return () => clearTimeout(timer);
  }, [typed]);
  const found = useQuery(recipientsQuery(asked)).data ?? [];
  const offered = typed && asked && !closed ? found.filter((c) => !taken.has(c.address.toLowerCase())) : [];
  const open = offered.length > 0;
  // What was typed whole is meant as it stands; a beginning means the first who is offered.
  const at = Math.min(moved ?? (isAddress(typed) ? -1 : 0), offered.length - 1);

  const take = (who: NamedAddress) => {
    setMoved(undefined);
    setClosed(false);
    choose(who);
  };
  const pick = (c: Correspondent) => take({ ...(c.name ? { name: c.name } : {}), address: c.address });

  function key(e: React.KeyboardEvent<HTMLInputElement>) {
    if (e.nativeEvent.isComposing) return;
    const chosen = offered[at];
    if (open && (e.key === "ArrowDown" || e.key === "ArrowUp")) {
      e.preventDefault();
      const step = e.key === "ArrowDown" ? 1 : -1;
      setMoved((at + step + offered.length) % offered.length);
    } else if ((e.key === "Enter" || e.key === "Tab") && open && chosen) {
      e.preventDefault();
      pick(chosen);
    } else if ((e.key === "Enter" || e.key === " ") && typed.includes("@")) {
      e.preventDefault();
      const [first] = parseAddresses(typed);
      if (first) take(first);
    } else if (e.key === "Enter") {
      e.preventDefault(); // a beginning that nobody has sends no form
    } else if (e.key === "Escape" && open) {
      e.preventDefault();
      e.stopPropagation();
      setClosed(true);
    } else if (e.key === "Escape" && cancel) {
      e.preventDefault();
      e.stopPropagation();
      cancel();
    } else if (e.key === "Backspace" && value === "") backspace?.();
  }

  return (
    <span className={css.place}>
      <input
        type="text"
        inputMode="email"
        autoComplete="off"
        spellCheck={false}
        className={css.input}
        role="combobox"
        aria-label={label}
        aria-autocomplete="list"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        aria-activedescendant={open && at >= 0 ? `${id}-${at}` : undefined}
        placeholder={placeholder}
        // biome-ignore lint/a11y/noAutofocus: whom it goes to was just asked for
        autoFocus={focus}
        value={value}
        onChange={(e) => {
          setClosed(false);
          setMoved(undefined);
          change(e.target.value);
        }}
        onBlur={left}
        onKeyDown={key}
      />
      {open && (
        <div id={id} role="listbox" aria-label={t("recipients.suggested")} className={css.list}>
          {offered.map((c, i) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the field has the focus and takes the keys
            <div
              key={c.address}
              id={`${id}-${i}`}
              role="option"
              tabIndex={-1}
              aria-selected={i === at}
              className={css.option}
              onPointerDown={(e) => e.preventDefault()}
              onClick={(e) => {
                e.preventDefault();
                pick(c);
              }}
            >
              <Avatar
                name={c.name || c.address}
                seed={c.agent ? `agent:${c.agent}` : `customer:${c.customer}`}
                size={24}
              />
              <span className={css.words}>
                <span className="cut">{c.name || c.address}</span>
                {c.name && <small className="cut">{c.address}</small>}
              </span>
              {c.agent ? <Pill>{t("recipients.colleague")}</Pill> : null}
              {c.bounced && <Pill tone="late">{t("recipients.bounced")}</Pill>}
            </div>
          ))}
        </div>
      )}
    </span>
  );
}
