import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { del, post } from "../../api/client";
import { isProblem } from "../../api/problem";
import type { Customer, CustomerAddress } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { Clashing } from "../../parts/Clashing";
import { Icon } from "../../parts/Icon";
import { toast } from "../../parts/toast";
import { inWords } from "../../parts/trouble";
import { AddressValue, addressIcon } from "./AddressValue";
import css from "./CustomerPanel.module.css";
import { type Against, type Field, fieldOf, showCustomer, useCustomerChange, type Values } from "./change";

/** How a customer is called and reached, to edit. */
export function ContactEdit({ customer, done }: { customer: Customer; done: () => void }) {
  return (
    <>
      <Edit customer={customer} done={done} />
      <Addresses customer={customer} />
    </>
  );
}

type TextField = "name" | "organisation" | "language";

/** Name, company and language. What somebody else changed meanwhile is said, and replaced only by saving once more. */
function Edit({ customer, done }: { customer: Customer; done: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const save = useCustomerChange();
  const [base, setBase] = useState(customer);
  const [mine, setMine] = useState<Values>({});
  const [clash, setClash] = useState<Against>();
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const value = (f: TextField) => mine[f] ?? fieldOf(customer, f);
  const field = (f: TextField) => ({
    value: value(f),
    onChange: (e: { target: { value: string } }) => setMine({ ...mine, [f]: e.target.value }),
  });
  const said = (f: Field, text: string) => (f === "language" && text ? format.languageName(text) : text);
  const codes = [...new Set(["", value("language"), "lv", "lt", "pl", "en", "ru", "uk", "et", "de"])];

  async function keep() {
    const wanted: Values = {};
    for (const f of Object.keys(mine) as TextField[]) {
      const text = (mine[f] ?? "").trim();
      if (text !== fieldOf(base, f)) wanted[f] = text;
    }
    if (Object.keys(wanted).length === 0) return done();
    setBusy(true);
    setProblem("");
    setClash(undefined);
    try {
      const against = await save(base, wanted);
      if (!against) return done();
      setBase(against.theirs);
      setClash(against);
    } catch (err) {
      setProblem(inWords(t, err));
    }
    setBusy(false);
  }

  return (
    <form
      className={css.form}
      onSubmit={(e) => {
        e.preventDefault();
        void keep();
      }}
    >
      <label>
        {t("customer.name")}
        <input {...field("name")} required={customer.name !== ""} maxLength={200} autoComplete="off" />
      </label>
      <label>
        {t("customer.organisation")}
        <input {...field("organisation")} maxLength={200} autoComplete="off" />
      </label>
      <label>
        {t("customer.language")}
        <select {...field("language")}>
          {codes.map((code) => (
            <option key={code} value={code}>
              {code ? format.languageName(code) : "–"}
            </option>
          ))}
        </select>
      </label>
      {clash && (
        <Clashing
          sides={clash.fields.map((f) => ({
            label: t(`customer.${f}` as "customer.name"),
            theirs: said(f, fieldOf(clash.theirs, f)),
            mine: said(f, (mine[f as TextField] ?? "").trim()),
          }))}
          by={clash.by}
          at={clash.at}
          takeTheirs={done}
        />
      )}
      {problem && (
        <p role="alert" className={css.problem}>
          {problem}
        </p>
      )}
      <button type="submit" disabled={busy}>
        {t(clash ? "customer.replace" : "common.save")}
      </button>
    </form>
  );
}

/** Mail addresses and phone numbers, each to take away or to add to. */
function Addresses({ customer: c }: { customer: Customer }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [typed, setTyped] = useState("");
  const [kind, setKind] = useState<CustomerAddress["kind"] | "">("");
  const [label, setLabel] = useState("");
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);

  const put = async (kind: CustomerAddress["kind"], value: string, label?: string) =>
    showCustomer(client, await post<Customer>(`/customers/${c.id}/addresses`, { kind, value, label }));

  async function add() {
    const value = typed.trim();
    setBusy(true);
    setProblem("");
    try {
      const plain = kind || (value.includes("@") ? "email" : "phone");
      await put(plain, value, label.trim() || undefined);
      setLabel("");
      setTyped("");
    } catch (err) {
      setProblem(isProblem(err, "conflict") ? t("customer.address_taken", { address: value }) : inWords(t, err));
    }
    setBusy(false);
  }

  async function remove(a: CustomerAddress) {
    try {
      showCustomer(client, await del<Customer>(`/customers/${c.id}/addresses/${a.id}`));
      toast(t("customer.address_gone", { address: a.value }), {
        stays: 8000,
        action: {
          label: t("common.undo"),
          run: () => void put(a.kind, a.value, a.label).catch((err) => toast(inWords(t, err), { tone: "bad" })),
        },
      });
    } catch (err) {
      toast(inWords(t, err), { tone: "bad" });
    }
  }

  return (
    <form
      className={css.addresses}
      onSubmit={(e) => {
        e.preventDefault();
        if (typed.trim() && !busy) void add();
      }}
    >
      <ul className={css.people}>
        {c.addresses.map((a) => (
          <li key={a.id}>
            <Icon name={addressIcon[a.kind]} size={15} />
            <span className={css.value}>
              <AddressValue address={a} />
            </span>
            <button
              type="button"
              className={css.icon}
              aria-label={t("recipients.remove", { address: a.value })}
              title={t("recipients.remove", { address: a.value })}
              onClick={() => void remove(a)}
            >
              <Icon name="close" size={14} />
            </button>
          </li>
        ))}
      </ul>
      <div className={css.row}>
        <input
          aria-label={t("customer.new_address")}
          placeholder={t("customer.new_address")}
          value={typed}
          maxLength={320}
          autoComplete="off"
          onChange={(e) => setTyped(e.target.value)}
        />
        <select
          aria-label={t("customer.kind")}
          value={kind}
          onChange={(e) => setKind(e.target.value as CustomerAddress["kind"] | "")}
        >
          <option value="">{t("customer.kind_auto")}</option>
          <option value="post">{t("customer.post")}</option>
          <option value="other">{t("customer.other")}</option>
        </select>
        <input
          aria-label={t("customer.address_label")}
          placeholder={t("customer.address_label")}
          value={label}
          maxLength={60}
          autoComplete="off"
          onChange={(e) => setLabel(e.target.value)}
        />
        <button type="submit" disabled={busy || typed.trim().length < 3}>
          {t("customer.add_address")}
        </button>
      </div>
      {problem && (
        <p role="alert" className={css.problem}>
          {problem}
        </p>
      )}
    </form>
  );
}
