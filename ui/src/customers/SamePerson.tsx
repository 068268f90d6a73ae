import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { get, post } from "../api/client";
import { useDirectory } from "../api/queries";
import type { Customer, Page } from "../api/types";
import { useMay } from "../app/session";
import { useAttempt } from "../desk/ActSheet";
import { toast } from "../parts/toast";
import { When } from "../parts/When";
import css from "./Customers.module.css";
import own from "./Duplicates.module.css";
import { Brief, Decide, Why } from "./Likeness";
import { type SameAs, sameAsQuery } from "./queries";

/** Who may be the same person as a customer, who was found to be, and whom else he can be compared with. */
export default function SamePerson({ customer }: { customer: Customer }) {
  const { t } = useTranslation();
  const found = useQuery(sameAsQuery(customer.id)).data;
  const mayWrite = useMay("conversation.write");
  const [picking, setPicking] = useState(false);
  if (!found || (!mayWrite && found.suggested.length + found.merged.length === 0)) return null;
  return (
    <section className={css.card}>
      <h2>
        {t(found.suggested.length > 0 ? "duplicate.maybe" : "duplicate.title")}
        {mayWrite && (
          <button type="button" aria-expanded={picking} onClick={() => setPicking(!picking)}>
            {t(picking ? "common.close" : "duplicate.other")}
          </button>
        )}
      </h2>
      {picking && <PickOther customer={customer} />}
      {found.suggested.length + found.merged.length === 0 && !picking && (
        <p className={css.quiet}>{t("duplicate.nobody")}</p>
      )}
      <ul className={own.stack}>
        {found.suggested.map((d) => {
          const other = d.first.id === customer.id ? d.second : d.first;
          return (
            <li key={other.id}>
              <Brief customer={other} />
              <Why of={d} />
              <Decide into={customer} from={other} />
            </li>
          );
        })}
        {found.merged.map((m) => (
          <Merged key={m.id} merge={m} into={customer.id} mayWrite={mayWrite} />
        ))}
      </ul>
    </section>
  );
}

/** A record that was merged into this one, with the way back. */
function Merged({ merge, into, mayWrite }: { merge: SameAs["merged"][number]; into: number; mayWrite: boolean }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const who = useDirectory().agent(merge.agent)?.name ?? "";
  const attempt = useAttempt(() => toast(t("duplicate.undone", { name: merge.name })));
  return (
    <li>
      {t("duplicate.merged", { name: merge.name || `#${merge.customer}` })}
      <p className={css.quiet}>
        {who} · <When at={merge.at} />
      </p>
      {mayWrite && (
        <p className={own.acts}>
          <button
            type="button"
            disabled={attempt.busy}
            onClick={() =>
              void attempt.run(async () => {
                await post(`/customers/${into}/merges/${merge.id}/undo`);
                await client.invalidateQueries({ queryKey: ["customer"] });
              })
            }
          >
            {t("duplicate.undo")}
          </button>
          {attempt.problem && <span role="alert">{attempt.problem}</span>}
        </p>
      )}
    </li>
  );
}

/** Finds another record by name or address. */
function PickOther({ customer }: { customer: Customer }) {
  const { t } = useTranslation();
  const [q, setQ] = useState("");
  const found = useQuery({
    queryKey: ["customers", "pick", q],
    queryFn: ({ signal }) => get<Page<Customer>>("/customers", { q, limit: 8 }, signal),
    enabled: q.trim().length > 1,
  });
  const others = found.data?.items.filter((c) => c.id !== customer.id);
  return (
    <div className={own.pick}>
      <input
        // biome-ignore lint/a11y/noAutofocus: whoever asked for somebody else wants to name him
        autoFocus
        type="search"
        aria-label={t("customers.find")}
        placeholder={t("customers.find")}
        maxLength={200}
        value={q}
        onChange={(e) => setQ(e.target.value)}
      />
      {others?.length === 0 && <p className={css.quiet}>{t("customers.none")}</p>}
      <ul className={own.stack}>
        {others?.map((c) => (
          <li key={c.id}>
            <Link
              to="/customers/$id/merge/$other"
              params={{ id: String(customer.id), other: String(c.id) }}
              className={own.brief}
            >
              <span>
                <b>{c.name}</b>
                <span className={own.known}>{c.addresses.map((a) => a.value).join(" · ")}</span>
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}
