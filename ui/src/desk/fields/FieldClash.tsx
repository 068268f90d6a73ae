import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useDirectory } from "../../api/queries";
import type { FieldValue } from "../../api/types";
import css from "./fields.module.css";
import { fieldsQuery } from "./queries";
import { valueWords } from "./values";

/** A value that two people wrote at once. */
export interface Clash {
  id: number;
  theirs: FieldValue;
  mine: FieldValue;
  /** Puts mine in place of theirs. */
  replace: () => void;
}

/** Says what somebody else wrote into a field meanwhile, beside what was to be written. */
export function FieldClash({ clash, close }: { clash: Clash; close: () => void }) {
  const { t } = useTranslation();
  const directory = useDirectory();
  const field = useQuery(fieldsQuery).data?.find((f) => f.id === clash.id);
  if (!field) return null;
  const words = (v: FieldValue) => valueWords(field, v, (id) => directory.agent(id)?.name ?? "", t as never) || "–";
  return (
    <div role="alert" className={css.clash}>
      <p>{t("field.clash", { field: field.name, theirs: words(clash.theirs), mine: words(clash.mine) })}</p>
      <button type="button" className={css.act} onClick={clash.replace}>
        {t("field.take_mine")}
      </button>{" "}
      <button type="button" className={css.act} onClick={close}>
        {t("field.take_theirs")}
      </button>
    </div>
  );
}
