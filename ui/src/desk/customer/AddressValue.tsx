import { useTranslation } from "react-i18next";
import type { CustomerAddress } from "../../api/types";
import { Pill } from "../../parts/Pill";
import css from "./CustomerPanel.module.css";

/** A mail address or phone number with what is known of it. */
export function AddressValue({ address: a }: { address: CustomerAddress }) {
  const { t } = useTranslation();
  const at = a.value.lastIndexOf("@");
  return (
    <>
      <span className={css.break}>
        {a.value.slice(0, Math.max(at, 0))}
        <wbr />
        {a.value.slice(Math.max(at, 0))}
      </span>
      {a.bounced && <Pill tone="late">{t("recipients.bounced")}</Pill>}
      {a.verifiedAt && (
        <Pill tone="ok" title={t("customer.verified_title")}>
          {t("customer.verified")}
        </Pill>
      )}
    </>
  );
}
