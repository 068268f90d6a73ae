import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import type { NamedAddress, Participant } from "../../api/types";
import { Icon } from "../../parts/Icon";
import css from "./Recipients.module.css";
import { isAddress } from "./state";

const RecipientLines = lazy(() => import("./RecipientLines").then((m) => ({ default: m.RecipientLines })));

export interface Addressed {
  to: NamedAddress[];
  cc: NamedAddress[];
  bcc: NamedAddress[];
}

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
  return (
    <Suspense fallback={<div className={css.lines} />}>
      <RecipientLines value={value} change={change} bounced={bounced} done={first ? undefined : () => setOpen(false)} />
    </Suspense>
  );
}
