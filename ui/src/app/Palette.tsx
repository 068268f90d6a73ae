import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useId, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { searchQuery, useDirectory } from "../api/queries";
import { fold } from "../i18n/fold";
import { Avatar } from "../parts/Avatar";
import { Icon, type IconName } from "../parts/Icon";
import { Sheet } from "../parts/Sheet";
import { keyCaps, useAllCommands } from "./keys";
import css from "./Palette.module.css";

interface Choice {
  id: string;
  group: string;
  label: string;
  hint?: string;
  keys?: string;
  icon?: IconName;
  avatar?: string;
  run: () => void;
}

/** Jumps to a number, a view or a customer, and runs any action on offer. */
export function Palette({ close }: { close: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const commands = useAllCommands();
  const directory = useDirectory();
  const [text, setText] = useState("");
  const [asked, setAsked] = useState("");
  const [at, setAt] = useState(0);
  const listId = useId();
  const list = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const timer = setTimeout(() => setAsked(text.trim()), 120);
    return () => clearTimeout(timer);
  }, [text]);
  const found = useQuery(searchQuery(asked)).data;

  const choices = useMemo(() => {
    const go = (view: string, number?: number) =>
      number
        ? navigate({ to: "/view/$view/$number", params: { view, number: String(number) } })
        : navigate({ to: "/view/$view", params: { view } });
    const wanted = fold(text.trim());
    const out: Choice[] = [];
    const number = /^#?(\d{1,15})$/.exec(text.trim())?.[1];
    if (number) {
      out.push({
        id: "number",
        group: t("palette.conversations"),
        label: t("palette.number", { number }),
        icon: "inbox",
        run: () => void go("all", Number(number)),
      });
    }
    if (wanted && found) {
      for (const c of found.conversations.slice(0, 8)) {
        out.push({
          id: `c${c.id}`,
          group: t("palette.conversations"),
          label: c.subject || t("list.no_subject"),
          hint: `#${c.number} · ${c.customerName || c.address}`,
          icon: "inbox",
          run: () => void go("all", c.number),
        });
      }
      for (const c of found.customers.slice(0, 6)) {
        const mail = c.addresses.find((a) => a.kind === "email")?.value;
        out.push({
          id: `p${c.id}`,
          group: t("palette.customers"),
          label: c.name || mail || "",
          hint: c.addresses.map((a) => a.value).join(", "),
          avatar: c.name || mail || "?",
          run: () => {
            void navigate({ to: "/customers/$id", params: { id: String(c.id) } });
          },
        });
      }
    }
    if (wanted) {
      out.push({
        id: "everything",
        group: t("palette.conversations"),
        label: t("palette.everything", { q: text.trim() }),
        icon: "search",
        run: () => void navigate({ to: "/search", search: { q: text.trim(), sort: "best" } }),
      });
    }
    const fits = (label: string) =>
      fold(label)
        .split(/\s+/)
        .some((w) => w.startsWith(wanted)) || fold(label).includes(wanted);
    for (const c of commands) {
      if (c.id === "palette" || c.hidden || !fits(c.label)) continue;
      const group = c.group === "go" ? t("keys.group_go") : t("palette.actions");
      out.push({ id: c.id, group, label: c.label, keys: c.keys?.[0], icon: c.icon, run: c.run });
    }
    for (const [kind, items] of [
      ["inbox", directory.inboxes],
      ["team", directory.teams],
    ] as const) {
      for (const item of items) {
        if (!fits(item.name)) continue;
        const icon = kind === "inbox" ? "letter" : "people";
        out.push({
          id: `${kind}:${item.id}`,
          group: t("keys.group_go"),
          label: item.name,
          icon,
          run: () => void go(`${kind}:${item.id}`),
        });
      }
    }
    const order = [t("palette.conversations"), t("palette.customers"), t("palette.actions"), t("keys.group_go")];
    return out.sort((a, b) => order.indexOf(a.group) - order.indexOf(b.group));
  }, [text, found, commands, directory.inboxes, directory.teams, t, navigate]);

  const here = Math.min(at, Math.max(0, choices.length - 1));
  useEffect(() => {
    list.current?.querySelector(`[data-at="${here}"]`)?.scrollIntoView({ block: "nearest" });
  }, [here]);

  function run(choice: Choice | undefined) {
    if (!choice) return;
    close();
    choice.run();
  }

  return (
    <Sheet label={t("palette.label")} close={close} className={css.sheet}>
      <div className={css.field}>
        <Icon name="search" />
        <input
          // biome-ignore lint/a11y/noAutofocus: whoever opened the palette wants to type
          autoFocus
          role="combobox"
          aria-expanded="true"
          aria-controls={listId}
          aria-activedescendant={choices[here] ? `${listId}-${here}` : undefined}
          aria-autocomplete="list"
          aria-label={t("palette.label")}
          placeholder={t("palette.placeholder")}
          value={text}
          onChange={(e) => {
            setText(e.target.value);
            setAt(0);
          }}
          onKeyDown={(e) => {
            if (e.key === "ArrowDown") setAt(Math.min(here + 1, choices.length - 1));
            else if (e.key === "ArrowUp") setAt(Math.max(here - 1, 0));
            else if (e.key === "Enter") run(choices[here]);
            else return;
            e.preventDefault();
          }}
        />
        <kbd>Esc</kbd>
      </div>
      <div id={listId} ref={list} role="listbox" aria-label={t("palette.label")} className={css.list}>
        {choices.map((c, i) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: keys go to the field that owns this list
          <div
            key={c.id}
            id={`${listId}-${i}`}
            data-at={i}
            role="option"
            tabIndex={-1}
            aria-selected={i === here}
            className={css.choice}
            onClick={() => run(c)}
            onPointerMove={() => setAt(i)}
          >
            {c.avatar ? (
              <Avatar name={c.avatar} seed={`customer:${c.id.slice(1)}`} size={20} />
            ) : (
              <Icon name={c.icon ?? "next"} size={16} />
            )}
            <span className="cut">{c.label}</span>
            {c.hint && <span className={`${css.hint} cut`}>{c.hint}</span>}
            <span className={css.group}>
              {c.keys ? <kbd>{keyCaps(c.keys)}</kbd> : i === 0 || choices[i - 1]?.group !== c.group ? c.group : ""}
            </span>
          </div>
        ))}
      </div>
      {choices.length === 0 && (
        <p className={css.nothing} role="status">
          {t("palette.nothing", { q: text.trim() })}
        </p>
      )}
    </Sheet>
  );
}
