import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { NamedAddress } from "../../api/types";
import { Icon } from "../../parts/Icon";
import { AddressField } from "./AddressField";
import type { Addressed } from "./Recipients";
import css from "./Recipients.module.css";
import { isAddress, parseAddresses } from "./state";

type Line = keyof Addressed;

interface Props {
  value: Addressed;
  change: (next: Addressed) => void;
  /** Addresses in lower case from which mail came back. */
  bounced: Set<string>;
  /** Closes the lines; absent where they stay open. */
  done?: () => void;
}

/** To, Cc and Bcc to edit, an address a chip. */
export function RecipientLines({ value, change, bounced, done }: Props) {
  const { t } = useTranslation();
  const [more, setMore] = useState(value.bcc.length > 0);
  const wrong = [...value.to, ...value.cc, ...value.bcc].some((a) => !isAddress(a.address));
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
          focus={line === "to" && !done && value.to.length === 0}
        />
      ))}
      {!more && value.bcc.length === 0 && (
        <button type="button" className={css.more} onClick={() => setMore(true)}>
          {t("recipients.bcc")}
        </button>
      )}
      {done && (
        <button type="button" className={css.more} onClick={done} disabled={wrong}>
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
