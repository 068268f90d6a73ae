import { Button } from "@mantine/core";
import { useInfiniteQuery, useQueries, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { post } from "../api/client";
import { type Segment, segmentsQuery } from "../api/segments";
import type { Customer } from "../api/types";
import { KeysRest } from "../app/keys";
import { useMay } from "../app/session";
import { amount } from "../desk/purchase/money";
import { type Value, valuesQuery } from "../desk/purchase/queries";
import { useFormat } from "../i18n/format";
import { Avatar } from "../parts/Avatar";
import { Icon } from "../parts/Icon";
import { inWords } from "../parts/trouble";
import { When } from "../parts/When";
import css from "./Customers.module.css";
import { Paged } from "./Paged";
import { customersQuery, type Listed, type Wanted } from "./queries";
import { Segments } from "./Segments";
import { Tabs } from "./Tabs";

const SegmentEditor = lazy(() => import("./SegmentEditor"));

const languages = ["lv", "lt", "pl", "en", "ru", "uk", "et", "de"];

/** All customers whom the reader may see, or those of a segment, in an order. */
export function CustomersPage() {
  const { t } = useTranslation();
  const format = useFormat();
  const navigate = useNavigate();
  const mayWrite = useMay("conversation.write");
  const wanted = useSearch({ from: "/inside/customers" });
  const [typed, setTyped] = useState(wanted.q);
  const [making, setMaking] = useState(false);
  const [editing, setEditing] = useState<Segment | "new">();
  const segments = useQuery(segmentsQuery).data;
  const show = (change: Partial<typeof wanted>) =>
    void navigate({ to: "/customers", search: { ...wanted, ...change }, replace: true });
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is typed is asked for, nothing else
  useEffect(() => {
    if (typed === wanted.q) return;
    const timer = setTimeout(() => show({ q: typed }), 200);
    return () => clearTimeout(timer);
  }, [typed]);
  return (
    <main id="main" className={css.page}>
      <div className={css.column}>
        <header className={css.head}>
          <h1 className={css.grow}>{t("customers.title")}</h1>
          <Tabs />
          {mayWrite && (
            <Button leftSection={<Icon name="plus" size={16} />} onClick={() => setMaking(!making)}>
              {t("customers.new")}
            </Button>
          )}
        </header>
        {making && <NewCustomer />}
        <Segments all={segments} chosen={wanted.segment} choose={(segment) => show({ segment })} edit={setEditing} />
        {editing && (
          <Suspense fallback={<KeysRest />}>
            <SegmentEditor
              segment={editing === "new" ? undefined : editing}
              close={() => setEditing(undefined)}
              show={(segment) => show({ segment })}
            />
          </Suspense>
        )}
        <search className={css.filters}>
          <input
            type="search"
            aria-label={t("customers.find")}
            placeholder={t("customers.find")}
            value={typed}
            maxLength={200}
            onChange={(e) => setTyped(e.target.value)}
          />
          <select
            aria-label={t("customer.language")}
            value={wanted.language}
            onChange={(e) => show({ language: e.target.value })}
          >
            <option value="">{t("customers.any_language")}</option>
            {languages.map((code) => (
              <option key={code} value={code}>
                {format.languageName(code)}
              </option>
            ))}
          </select>
          <select
            aria-label={t("segments.sort")}
            value={wanted.sort ?? ""}
            disabled={wanted.q.trim() !== ""}
            onChange={(e) => show({ sort: (e.target.value || undefined) as typeof wanted.sort })}
          >
            {(["", "value", "contact"] as const).map((by) => (
              <option key={by} value={by}>
                {t(`segments.by_${by || "name"}`)}
              </option>
            ))}
          </select>
          <label className={css.check}>
            <input type="checkbox" checked={wanted.warned} onChange={(e) => show({ warned: e.target.checked })} />
            {t("customers.warned")}
          </label>
        </search>
        <CustomerList {...wanted} />
      </div>
    </main>
  );
}

/** Customers of a filter, page by page; pages that are empty for the reader are passed over. */
export function CustomerList(wanted: Wanted) {
  const { t } = useTranslation();
  const found = useInfiniteQuery(customersQuery(wanted));
  const values = useQueries({
    queries: found.data?.pages.map((p) => valuesQuery(p.items.map((c) => c.id))) ?? [],
    combine: (all) => new Map(all.flatMap((v) => [...(v.data ?? [])])),
  });
  return (
    <Paged
      found={found}
      none={t(wanted.segment && !wanted.q ? "segments.none" : "customers.none")}
      row={(c) => <Row key={c.id} customer={c} values={values.get(c.id)} touched={wanted.sort === "contact"} />}
    />
  );
}

/** A customer, with what his purchases are worth where he bought something. */
function Row({ customer: c, values, touched }: { customer: Listed; values?: Value[]; touched: boolean }) {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  return (
    <li>
      <Link to="/customers/$id" params={{ id: String(c.id) }} className={`${css.row} ${css.priced}`}>
        <Avatar name={c.name} seed={`customer:${c.id}`} size={28} />
        <span className="cut">
          <b>{c.name}</b>
          {c.warnings.length > 0 && (
            <span className={css.warn} title={c.warnings.join("\n")}>
              <Icon name="alert" size={14} />
              <span className="unseen">{t("customers.warned")}</span>
            </span>
          )}
        </span>
        <span className={`cut ${css.quiet}`}>{c.addresses.map((a) => a.value).join(", ")}</span>
        <span className={`cut ${css.quiet}`}>
          {[c.organisation, c.language && format.languageName(c.language)].filter(Boolean).join(" · ")}
        </span>
        {touched && c.lastContact && (
          <span className={css.worth} title={t("segments.attr.contact")}>
            <span className="unseen">{t("segments.attr.contact")} </span>
            <When at={c.lastContact} />
          </span>
        )}
        {values && !touched && (
          <span className={css.worth} title={t("purchase.value")}>
            <span className="unseen">{t("purchase.value")} </span>
            {values.map((v) => amount(v.amount, v.currency, v.decimals, i18n.language)).join(" + ")}
          </span>
        )}
      </Link>
    </li>
  );
}

function NewCustomer() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [name, setName] = useState("");
  const [address, setAddress] = useState("");
  const [problem, setProblem] = useState("");
  async function make() {
    setProblem("");
    const value = address.trim();
    try {
      const addresses = value ? [{ kind: value.includes("@") ? "email" : "phone", value }] : [];
      const made = await post<Customer>("/customers", { name, addresses });
      void navigate({ to: "/customers/$id", params: { id: String(made.id) } });
    } catch (err) {
      setProblem(inWords(t, err));
    }
  }
  return (
    <form
      className={css.fields}
      onSubmit={(e) => {
        e.preventDefault();
        void make();
      }}
    >
      <input
        // biome-ignore lint/a11y/noAutofocus: whoever asked for a new customer wants to name him
        autoFocus
        required
        aria-label={t("customer.name")}
        placeholder={t("customer.name")}
        value={name}
        maxLength={200}
        autoComplete="off"
        onChange={(e) => setName(e.target.value)}
      />
      <input
        aria-label={t("customer.new_address")}
        placeholder={t("customer.new_address")}
        value={address}
        maxLength={320}
        autoComplete="off"
        onChange={(e) => setAddress(e.target.value)}
      />
      <Button type="submit" variant="filled">
        {t("customers.make")}
      </Button>
      {problem && (
        <p role="alert" className={css.problem}>
          {problem}
        </p>
      )}
    </form>
  );
}
