import { lazy, Suspense, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Customer } from "../../api/types";
import { useMay } from "../../app/session";
import { useFormat } from "../../i18n/format";
import { AddressValue } from "./AddressValue";
import css from "./CustomerPanel.module.css";

const ContactEdit = lazy(() => import("./ContactEdit").then((m) => ({ default: m.ContactEdit })));

/** How a customer is called and reached, to read and to edit. */
export function Contact({ customer: c }: { customer: Customer }) {
  const { t } = useTranslation();
  const format = useFormat();
  const mayWrite = useMay("conversation.write");
  const [editing, setEditing] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  function done() {
    setEditing(false);
    button.current?.focus({ preventScroll: true }); // what was in the form is gone
  }
  return (
    <section>
      <h3>
        {t("customer.contact")}
        {mayWrite && (
          <button ref={button} type="button" onClick={() => setEditing(!editing)} aria-expanded={editing}>
            {t(editing ? "common.close" : "common.edit")}
          </button>
        )}
      </h3>
      {editing ? (
        <Suspense>
          <ContactEdit customer={c} done={done} />
        </Suspense>
      ) : (
        <dl className={css.facts}>
          {c.addresses.map((a) => (
            <div key={a.id}>
              <dt>{t(`customer.${a.kind}`)}</dt>
              <dd>
                <AddressValue address={a} />
              </dd>
            </div>
          ))}
          {c.organisation && (
            <div>
              <dt>{t("customer.organisation")}</dt>
              <dd>{c.organisation}</dd>
            </div>
          )}
          {c.language && (
            <div>
              <dt>{t("customer.language")}</dt>
              <dd>{format.languageName(c.language)}</dd>
            </div>
          )}
        </dl>
      )}
    </section>
  );
}
