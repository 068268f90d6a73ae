import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { NamedAddress, Participant } from "../../api/types";
import { Icon } from "../../parts/Icon";
import { AddressField } from "./AddressField";
import css from "./Recipients.module.css";
import { isAddress, parseAddresses } from "./state";

export interface Addressed {
  to: NamedAddress[];
  cc: NamedAddress[];
  bcc: NamedAddress[];
}

type Line = keyof Addressed;

interface Props {
  value: Addressed;
  change: (next: Addressed) => void;
  participants: Participant[];
  /** Begins with all lines open. */
  open?: boolean;
}

/** Whom a mail goes to: one line of words, or chips to edit. */
export function Recipients({ value, change, participants, open: first = false }: Props) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(first);
  const [more, setMore] = useState(value.bcc.length > 0);
  const bounced = new Set(participants.filter((p) => p.bounced).map((p) => p.address.toLowerCase()));
  const wrong = [...value.to, ...value.cc, ...value.bcc].some((a) => !isAddress(a.address));
  if (!open && !wrong) {
    const names = (list: NamedAddress[]) =>
      list.map((a, i) => (
        <span key={a.address}>
          {i > 0 && ", "}
          <span title={a.address}>{a.name || a.address}</span>
          {bounced.has(a.address.toLowerCase()) && <b className={css.bounced}> {t("recipients.bounced")}</b>}
        </span>
      ));
    return (
      <button type="button" className={css.summary} onClick={() => setOpen(true)} title={t("recipients.edit")}>
        <span className="cut">
          {value.to.length > 0 ? (
            <>
              {t("recipients.to")} {names(value.to)}
            </>
          ) : (
            t("recipients.nobody")
          )}
          {value.cc.length > 0 && (
            <>
              {" · "}
              {t("recipients.cc")} {names(value.cc)}
            </>
          )}
          {value.bcc.length > 0 && (
            <>
              {" · "}
              {t("recipients.bcc")} {names(value.bcc)}
            </>
          )}
        </span>
        <Icon name="down" size={13} />
      </button>
    );
  }
  const taken = new Set([...value.to, ...value.cc, ...value.bcc].map((a) => a.address.toLowerCase()));
  const lines: Line[] = more || value.bcc.length > 0 ? ["to", "cc", "bcc"] : ["to", "cc"];
  return (
    <div className={css.lines}>
      {lines.map((line) => (
        <Chips
          key={line}
          label={t(`recipients.${line}`)}
          list={value[line]}
          bounced={bounced}
          taken={taken}
          change={(list) => change({ ...value, [line]: list })}
          focus={line === "to" && first && value.to.length === 0}
        />
      ))}
      {!more && value.bcc.length === 0 && (
        <button type="button" className={css.more} onClick={() => setMore(true)}>
          {t("recipients.bcc")}
        </button>
      )}
      {!first && (
        <button type="button" className={css.more} onClick={() => setOpen(false)} disabled={wrong}>
          {t("recipients.done")}
        </button>
      )}
    </div>
  );
}

interface ChipsProps {
  label: string;
  list: NamedAddress[];
  bounced: Set<string>;
  /** Who is addressed already, on whatever line: nobody is suggested twice. */
  taken: Set<string>;
  change: (list: NamedAddress[]) => void;
  focus: boolean;
}

function Chips({ label, list, bounced, taken, change, focus }: ChipsProps) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState("");
  const put = (more: NamedAddress[]) => {
    const known = new Set(list.map((a) => a.address.toLowerCase()));
    const fresh = more.filter((a) => !known.has(a.address.toLowerCase()));
    if (fresh.length > 0) change([...list, ...fresh]);
    setTyped("");
  };
  const add = (text: string) => put(parseAddresses(text));
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the field within is an input of its own component
    <label className={css.line}>
      <span className={css.label}>{label}</span>
      {list.map((a) => {
        const wrong = !isAddress(a.address);
        const back = bounced.has(a.address.toLowerCase());
        return (
          <span key={a.address} className={css.chip} data-wrong={wrong || back || undefined} title={a.address}>
            <span className="cut">{a.name ? `${a.name} <${a.address}>` : a.address}</span>
            {wrong && <b>{t("recipients.wrong")}</b>}
            {back && <b>{t("recipients.bounced")}</b>}
            <button
              type="button"
              aria-label={t("recipients.remove", { address: a.address })}
              onClick={() => change(list.filter((x) => x !== a))}
            >
              <Icon name="close" size={12} />
            </button>
          </span>
        );
      })}
      <AddressField
        label={t("recipients.add", { line: label })}
        focus={focus}
        taken={taken}
        value={typed}
        change={(text) => (/[,;\n]/.test(text) ? add(text) : setTyped(text))}
        choose={(a) => put([a])}
        left={() => add(typed)}
        backspace={() => list.length > 0 && change(list.slice(0, -1))}
      />
    </label>
  );
}
