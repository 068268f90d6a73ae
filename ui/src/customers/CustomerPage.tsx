import { useQuery } from "@tanstack/react-query";
import { Link, Navigate, useParams } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import type { Conversation } from "../api/types";
import { useMay } from "../app/session";
import { Contact } from "../desk/customer/Contact";
import panel from "../desk/customer/CustomerPanel.module.css";
import { Note } from "../desk/customer/Note";
import { useFormat } from "../i18n/format";
import { loadWords } from "../i18n/i18n";
import { Avatar } from "../parts/Avatar";
import { Bone, Late } from "../parts/Skeleton";
import { Failed } from "../parts/Trouble";
import { When } from "../parts/When";
import { Bought } from "./Bought";
import { Consents } from "./Consents";
import css from "./Customers.module.css";
import { Facts } from "./Facts";
import { type CustomerPageBody, pageQuery } from "./queries";
import { Timeline } from "./Timeline";
import { Warned } from "./Warned";

const CustomerFields = lazy(() =>
  Promise.all([import("../desk/fields/CustomerFields"), loadWords("field")]).then(([m]) => m),
);
const SamePerson = lazy(() => import("./SamePerson"));
const Privacy = lazy(() => Promise.all([import("./Privacy"), loadWords("privacy")]).then(([m]) => m));

/** One customer, all data in one place. */
export function CustomerPage() {
  const { t } = useTranslation();
  const id = Number(useParams({ from: "/inside/customers/$id" }).id);
  const found = useQuery(pageQuery(id));
  return (
    <main id="main" className={css.page}>
      <div className={css.column}>
        {found.data && found.data.customer.id !== id ? (
          <Navigate to="/customers/$id" params={{ id: String(found.data.customer.id) }} replace />
        ) : found.data ? (
          <Shown page={found.data} />
        ) : found.isError ? (
          <Failed what={t("customers.failed_one")} error={found.error} retry={() => void found.refetch()} />
        ) : (
          <Late>
            <Bone width="40%" height={18} />
          </Late>
        )}
      </div>
    </main>
  );
}

function Shown({ page }: { page: CustomerPageBody }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { customer: c, conversations } = page;
  const manages = useMay("privacy.manage");
  return (
    <>
      <header className={css.head}>
        <Avatar name={c.name} seed={`customer:${c.id}`} size={44} />
        <div className={css.grow}>
          <h1>{c.name}</h1>
          <p>
            {[
              c.createdAt && t("customer.since", { year: format.year(Date.parse(c.createdAt)) }),
              t("customers.conversations", { count: conversations.all }),
              conversations.unfinished > 0 && t("customers.unfinished", { count: conversations.unfinished }),
            ]
              .filter(Boolean)
              .join(" · ")}
          </p>
        </div>
      </header>
      <div className={css.two}>
        <div>
          <section className={css.card}>
            <Warned customer={c} />
          </section>
          <section className={`${css.card} ${panel.inside}`}>
            <Contact customer={c} />
            {page.organisation && (
              <p>
                <Link to="/organisations/$id" params={{ id: String(page.organisation.id) }}>
                  {t("customers.open_organisation", { name: page.organisation.name })}
                </Link>
              </p>
            )}
          </section>
          <section className={css.card}>
            <Facts customer={c} />
          </section>
          <section className={`${css.card} ${panel.inside}`}>
            <Note customer={c} />
          </section>
          <Suspense>
            <div className={`${css.own} ${panel.inside}`}>
              <CustomerFields customer={c} />
            </div>
          </Suspense>
          <section className={css.card}>
            <Consents customer={c.id} log={page.consents} />
          </section>
          <Suspense>
            <SamePerson key={c.id} customer={c} />
          </Suspense>
          {manages && (
            <section className={css.card}>
              <Suspense>
                <Privacy key={c.id} customer={c} />
              </Suspense>
            </section>
          )}
        </div>
        <div>
          <section className={css.card}>
            <Bought customer={c.id} />
          </section>
          <Timeline customer={c.id} first={page.timeline} />
          {page.colleagues.length > 0 && (
            <section className={css.card}>
              <h2>{t("customers.colleagues")}</h2>
              <Conversations rows={page.colleagues as Conversation[]} />
            </section>
          )}
        </div>
      </div>
    </>
  );
}

/** Conversations of several people, each with whose it is. */
export function Conversations({ rows }: { rows: Conversation[] }) {
  const { t } = useTranslation();
  return (
    <ul className={css.timeline}>
      {rows.map((row) => (
        <li key={row.id}>
          <Link to="/view/$view/$number" params={{ view: "all", number: String(row.number) }} className={css.said}>
            <span className={css.top}>
              {row.customerName} · {t(`status.${row.status}`)}
              <When at={row.lastAt} />
            </span>
            <b>
              #{row.number} {row.subject || t("list.no_subject")}
            </b>
          </Link>
        </li>
      ))}
    </ul>
  );
}
