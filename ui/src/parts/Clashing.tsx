import { useTranslation } from "react-i18next";
import { useDirectory } from "../api/queries";
import type { Actor, Time } from "../api/types";
import { useFormat } from "../i18n/format";
import css from "./Clashing.module.css";

/** A field that two people changed at once: what it says now, and what was to be saved. Empty is nothing. */
export interface Side {
  label: string;
  theirs: string;
  mine: string;
}

interface Props {
  sides: Side[];
  by?: Actor;
  at?: Time;
  takeTheirs: () => void;
}

/** Who saved first and what he wrote, beside what stands in the form. Saving again puts the form's in its place. */
export function Clashing({ sides, by, at, takeTheirs }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const { agent } = useDirectory();
  const who = by?.kind === "agent" ? agent(by.id)?.name : undefined;
  return (
    <div role="alert" className={css.clash}>
      <p>
        {t("form.conflict")} {who && at && t("form.conflict_by", { who, when: format.exact(Date.parse(at)) })}
      </p>
      {sides.map((s) => (
        <p key={s.label}>
          {t("form.conflict_side", {
            field: s.label,
            theirs: s.theirs || t("form.nothing"),
            mine: s.mine || t("form.nothing"),
          })}
        </p>
      ))}
      <button type="button" onClick={takeTheirs}>
        {t("form.take_theirs")}
      </button>
    </div>
  );
}
