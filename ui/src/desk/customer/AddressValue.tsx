import { Fragment } from "react";
import { useTranslation } from "react-i18next";
import type { CustomerAddress } from "../../api/types";
import { Pill } from "../../parts/Pill";
import css from "./CustomerPanel.module.css";

/** A mail address or phone number with what is known of it. */
export function AddressValue({ address: a }: { address: CustomerAddress }) {
  const { t } = useTranslation();
  return (
    <>
      <span className={css.break}>
        {breakable(a.value).map((piece, i) => (
          <Fragment key={i}>
            {i > 0 && <wbr />}
            {piece}
          </Fragment>
        ))}
      </span>
      {a.label && <Pill>{a.label}</Pill>}
      {a.bounced && <Pill tone="late">{t("recipients.bounced")}</Pill>}
      {a.verifiedAt && (
        <Pill tone="ok" title={t("customer.verified_title")}>
          {t("customer.verified")}
        </Pill>
      )}
    </>
  );
}

export const addressIcon = { email: "letter", phone: "phone", post: "visit", other: "link" } as const;

/** The pieces of an address between which a line may end: before its @, after a dot, a hyphen and their like. */
const breakable = (address: string) => address.split(/(?<=[._+-])|(?=@)/);
