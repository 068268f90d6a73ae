import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useDeferredValue } from "react";
import { useTranslation } from "react-i18next";
import type { Node } from "../../desk/views/saved";
import { useFormat } from "../../i18n/format";
import css from "./Policies.module.css";
import { triedQuery } from "./queries";

/** Who would have the policy, as the form stands. */
export function Would({ id, condition, zone, active }: { id: number; condition: Node; zone: string; active: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const asked = useDeferredValue(condition);
  const tried = useQuery({ ...triedQuery(id, asked, zone), placeholderData: keepPreviousData });
  const found = tried.data;
  const before = found ? found.fits - found.takes : 0;
  return (
    <div className={css.would} role="status">
      {tried.error ? (
        <p>{t("policy.would_incomplete")}</p>
      ) : found ? (
        <>
          <strong>{t("policy.would", { count: found.takes, shown: format.number(found.takes) })}</strong>
          <p>{t("policy.would_of", { count: found.looked, shown: format.number(found.looked) })}</p>
          {before > 0 && <p>{t("policy.would_before", { count: before, shown: format.number(before) })}</p>}
          {!active && <p>{t("policy.would_off")}</p>}
        </>
      ) : (
        <p>…</p>
      )}
    </div>
  );
}
