import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { post } from "../api/client";
import { useDirectory } from "../api/queries";
import { useMay } from "../app/session";
import { Pill } from "../parts/Pill";
import { inWords } from "../parts/trouble";
import { When } from "../parts/When";
import css from "./Customers.module.css";
import { type Consent, pageQuery } from "./queries";

const purposes = ["news", "survey", "recording", "sharing"] as const;

/** What a customer agreed to, with the log of it. */
export function Consents({ customer, log }: { customer: number; log: Consent[] }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const directory = useDirectory();
  const mayWrite = useMay("conversation.write");
  const [adding, setAdding] = useState(false);
  const [purpose, setPurpose] = useState<string>("news");
  const [given, setGiven] = useState(true);
  const [source, setSource] = useState("");
  const [problem, setProblem] = useState("");
  async function keep() {
    setProblem("");
    try {
      await post(`/customers/${customer}/consents`, { purpose, given, source });
      setAdding(false);
      setSource("");
      void client.invalidateQueries({ queryKey: pageQuery(customer).queryKey });
    } catch (err) {
      setProblem(inWords(t, err));
    }
  }
  return (
    <>
      <h2>
        {t("customers.consent")}
        {mayWrite && (
          <button type="button" aria-expanded={adding} onClick={() => setAdding(!adding)}>
            {t(adding ? "common.close" : "customers.write_down")}
          </button>
        )}
      </h2>
      {adding && (
        <form
          className={css.form}
          onSubmit={(e) => {
            e.preventDefault();
            void keep();
          }}
        >
          <div className={css.pair}>
            <select aria-label={t("customers.purpose")} value={purpose} onChange={(e) => setPurpose(e.target.value)}>
              {purposes.map((p) => (
                <option key={p} value={p}>
                  {t(`customers.purpose_${p}`)}
                </option>
              ))}
            </select>
            <select
              aria-label={t("customers.consent")}
              value={given ? "yes" : "no"}
              onChange={(e) => setGiven(e.target.value === "yes")}
            >
              <option value="yes">{t("customers.given")}</option>
              <option value="no">{t("customers.taken_back")}</option>
            </select>
          </div>
          <label>
            {t("customers.source")}
            <input required value={source} maxLength={200} onChange={(e) => setSource(e.target.value)} />
          </label>
          {problem && (
            <p role="alert" className={css.problem}>
              {problem}
            </p>
          )}
          <Button type="submit" variant="filled">
            {t("common.save")}
          </Button>
        </form>
      )}
      <div className={css.consents}>
        {purposes.map((p) => {
          const last = log.find((c) => c.purpose === p);
          return (
            <span key={p}>
              {t(`customers.purpose_${p}`)}{" "}
              <Pill tone={last?.given ? "ok" : undefined}>
                {t(last ? (last.given ? "customers.given" : "customers.taken_back") : "customers.unasked")}
              </Pill>
            </span>
          );
        })}
        {log.length > 0 && (
          <details>
            <summary>{t("customers.consent_log", { count: log.length })}</summary>
            <ul>
              {log.map((c, i) => (
                <li key={i}>
                  <When at={c.at} /> · {t(`customers.purpose_${c.purpose}`)}:{" "}
                  {t(c.given ? "customers.given" : "customers.taken_back")} ({c.source}) ·{" "}
                  {directory.agent(c.by.id)?.name ?? t("activity.system")}
                </li>
              ))}
            </ul>
          </details>
        )}
      </div>
    </>
  );
}
