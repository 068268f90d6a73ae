import { Button } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Customer } from "../api/types";
import { useMay } from "../app/session";
import { useCustomerChange } from "../desk/customer/change";
import { inWords } from "../parts/trouble";
import css from "./Customers.module.css";

/** Warnings that every conversation of the customer shows; one a line. */
export function Warned({ customer }: { customer: Customer }) {
  const { t } = useTranslation();
  const mayWrite = useMay("conversation.write");
  const save = useCustomerChange();
  const [base, setBase] = useState<Customer>();
  const [text, setText] = useState("");
  const [clash, setClash] = useState<Customer>();
  const [problem, setProblem] = useState("");
  function edit() {
    setBase(base ? undefined : customer);
    setText(customer.warnings.join("\n"));
    setClash(undefined);
    setProblem("");
  }
  async function keep(from: Customer) {
    setProblem("");
    const warnings = text
      .split("\n")
      .map((l) => l.trim())
      .filter(Boolean);
    try {
      const against = await save(from, { warnings });
      if (!against) return setBase(undefined);
      setClash(against.theirs);
    } catch (err) {
      setProblem(inWords(t, err));
    }
  }
  return (
    <>
      <h2>
        {t("customers.warnings")}
        {mayWrite && (
          <button type="button" aria-expanded={base !== undefined} onClick={edit}>
            {t(base ? "common.close" : "common.edit")}
          </button>
        )}
      </h2>
      {base ? (
        <form
          className={css.form}
          onSubmit={(e) => {
            e.preventDefault();
            void keep(clash ?? base);
          }}
        >
          <label>
            {t("customers.warnings_hint")}
            <textarea rows={3} value={text} onChange={(e) => setText(e.target.value)} />
          </label>
          {clash && (
            <p role="alert" className={css.clash}>
              {t("customer.clash")} {clash.warnings.join("; ") || "–"}
            </p>
          )}
          {problem && (
            <p role="alert" className={css.problem}>
              {problem}
            </p>
          )}
          <Button type="submit" variant="filled">
            {t(clash ? "customer.replace" : "common.save")}
          </Button>
        </form>
      ) : customer.warnings.length > 0 ? (
        <ul className={css.warnings}>
          {customer.warnings.map((w) => (
            <li key={w}>{w}</li>
          ))}
        </ul>
      ) : (
        <p className={css.quiet}>{t("customers.no_warnings")}</p>
      )}
    </>
  );
}
