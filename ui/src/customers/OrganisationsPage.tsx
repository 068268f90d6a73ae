import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { post } from "../api/client";
import type { Organisation } from "../api/types";
import { useMay } from "../app/session";
import { Icon } from "../parts/Icon";
import { inWords } from "../parts/trouble";
import css from "./Customers.module.css";
import { Paged } from "./Paged";
import { organisationsQuery } from "./queries";
import { Tabs } from "./Tabs";

/** Organisations by name. */
export function OrganisationsPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const mayWrite = useMay("conversation.write");
  const { q } = useSearch({ from: "/inside/organisations" });
  const [typed, setTyped] = useState(q);
  const [name, setName] = useState<string>();
  const [problem, setProblem] = useState("");
  useEffect(() => {
    if (typed === q) return;
    const timer = setTimeout(() => void navigate({ to: "/organisations", search: { q: typed }, replace: true }), 200);
    return () => clearTimeout(timer);
  }, [typed, q, navigate]);
  const found = useInfiniteQuery(organisationsQuery(q));

  async function make() {
    setProblem("");
    try {
      const body = { name, note: "", domains: [], shared: false, version: 0 };
      const made = await post<Organisation>("/organisations", body);
      void navigate({ to: "/organisations/$id", params: { id: String(made.id) } });
    } catch (err) {
      setProblem(inWords(t, err));
    }
  }

  return (
    <main id="main" className={css.page}>
      <div className={css.column}>
        <header className={css.head}>
          <h1 className={css.grow}>{t("customers.organisations")}</h1>
          <Tabs />
          {mayWrite && (
            <Button
              leftSection={<Icon name="plus" size={16} />}
              onClick={() => setName(name === undefined ? "" : undefined)}
            >
              {t("customers.new_organisation")}
            </Button>
          )}
        </header>
        {name !== undefined && (
          <form
            className={css.fields}
            onSubmit={(e) => {
              e.preventDefault();
              void make();
            }}
          >
            <input
              // biome-ignore lint/a11y/noAutofocus: whoever asked for a new one wants to name it
              autoFocus
              required
              aria-label={t("customer.name")}
              placeholder={t("customer.name")}
              value={name}
              maxLength={200}
              onChange={(e) => setName(e.target.value)}
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
        )}
        <search className={css.filters}>
          <input
            type="search"
            aria-label={t("customers.find_organisation")}
            placeholder={t("customers.find_organisation")}
            value={typed}
            maxLength={200}
            onChange={(e) => setTyped(e.target.value)}
          />
        </search>
        <Paged
          found={found}
          none={t(q ? "customers.no_organisations" : "customers.organisations_none")}
          how={q ? undefined : t("customers.organisations_none_text")}
          row={(o) => <Row key={o.id} organisation={o} />}
        />
      </div>
    </main>
  );
}

function Row({ organisation: o }: { organisation: Organisation }) {
  const { t } = useTranslation();
  return (
    <li>
      <Link to="/organisations/$id" params={{ id: String(o.id) }} className={css.row}>
        <Icon name="people" size={18} />
        <b className="cut">{o.name}</b>
        <span className={`cut ${css.quiet}`}>{o.domains.join(", ")}</span>
        <span className={`cut ${css.quiet}`}>{t("customers.people_count", { count: o.people })}</span>
      </Link>
    </li>
  );
}
