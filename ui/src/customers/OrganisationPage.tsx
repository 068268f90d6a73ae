import { Button } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { del, put } from "../api/client";
import { isProblem } from "../api/problem";
import type { Actor, Organisation, Time } from "../api/types";
import { useMay } from "../app/session";
import { Clashing } from "../parts/Clashing";
import { Bone, Late } from "../parts/Skeleton";
import { Failed } from "../parts/Trouble";
import { toast } from "../parts/toast";
import { inWords } from "../parts/trouble";
import { Conversations } from "./CustomerPage";
import css from "./Customers.module.css";
import { CustomerList } from "./CustomersPage";
import OrganisationFields from "./OrganisationFields";
import { organisationConversationsQuery, organisationQuery } from "./queries";

/** An organisation: its people and what they write about. */
export function OrganisationPage() {
  const { t } = useTranslation();
  const id = Number(useParams({ from: "/inside/organisations/$id" }).id);
  const found = useQuery(organisationQuery(id));
  const rows = useQuery(organisationConversationsQuery(id)).data ?? [];
  const o = found.data;
  return (
    <main id="main" className={css.page}>
      <div className={css.column}>
        {o ? (
          <>
            <header className={css.head}>
              <div className={css.grow}>
                <h1>{o.name}</h1>
                <p>{t("customers.people_count", { count: o.people })}</p>
              </div>
            </header>
            <div className={css.two}>
              <section className={css.card}>
                <Edit key={o.id} organisation={o} />
                <OrganisationFields organisation={o} />
              </section>
              <div>
                <section className={css.card}>
                  <h2>{t("customers.people")}</h2>
                  <CustomerList q="" language="" warned={false} organisation={o.id} />
                </section>
                <section className={css.card}>
                  <h2>{t("customers.theirs")}</h2>
                  {rows.length > 0 ? (
                    <Conversations rows={rows} />
                  ) : (
                    <p className={css.quiet}>{t("customers.nothing_said")}</p>
                  )}
                </section>
              </div>
            </div>
          </>
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

/** What a refusal for a stale version tells. */
interface Stale {
  current?: Organisation;
  by?: Actor;
  at?: Time;
}

const listed = (text: string) => text.split(/[\s,;]+/).filter(Boolean);

/** What the form holds of an organisation, to compare. */
const said = (o: Organisation) => JSON.stringify([o.name, o.note ?? "", o.domains, o.shared]);

function Edit({ organisation: o }: { organisation: Organisation }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const mayWrite = useMay("conversation.write");
  const [name, setName] = useState(o.name);
  const [domains, setDomains] = useState(o.domains.join("\n"));
  const [note, setNote] = useState(o.note ?? "");
  const [shared, setShared] = useState(o.shared);
  const [seen, setSeen] = useState(o);
  const [clash, setClash] = useState<Stale & { current: Organisation }>();
  const [problem, setProblem] = useState("");

  async function keep(version = seen.version) {
    setProblem("");
    try {
      const body = { name, note, domains: listed(domains), shared, version };
      const kept = await put<Organisation>(`/organisations/${o.id}`, body);
      client.setQueryData(organisationQuery(o.id).queryKey, kept);
      setDomains(kept.domains.join("\n"));
      setSeen(kept);
      setClash(undefined);
      toast(t("customers.saved"));
    } catch (err) {
      const theirs = (isProblem(err, "conflict") ? err.details : undefined) as Stale | undefined;
      if (theirs?.current && said(theirs.current) === said(seen)) {
        // Only what this form does not hold was changed, its fields above all.
        setSeen(theirs.current);
        await keep(theirs.current.version);
      } else if (theirs?.current) {
        setClash({ ...theirs, current: theirs.current });
        setSeen(theirs.current);
      } else setProblem(inWords(t, err));
    }
  }

  const yes = (is: boolean) => t(is ? "form.yes" : "form.no");

  function takeTheirs() {
    if (!clash) return;
    const theirs = clash.current;
    client.setQueryData(organisationQuery(o.id).queryKey, theirs);
    setName(theirs.name);
    setDomains(theirs.domains.join("\n"));
    setNote(theirs.note ?? "");
    setShared(theirs.shared);
    setClash(undefined);
  }

  async function remove() {
    try {
      await del(`/organisations/${o.id}`);
      void navigate({ to: "/organisations", search: { q: "" } });
    } catch (err) {
      setProblem(inWords(t, err));
    }
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
        <input required readOnly={!mayWrite} value={name} maxLength={200} onChange={(e) => setName(e.target.value)} />
      </label>
      <label>
        {t("customers.domains")}
        <textarea
          rows={2}
          readOnly={!mayWrite}
          value={domains}
          placeholder="mill.example"
          onChange={(e) => setDomains(e.target.value)}
        />
      </label>
      <p className={css.quiet}>{t("customers.domains_hint")}</p>
      <label className={css.check}>
        <input type="checkbox" disabled={!mayWrite} checked={shared} onChange={(e) => setShared(e.target.checked)} />
        {t("customers.shared")}
      </label>
      <label>
        {t("customers.organisation_note")}
        <textarea
          rows={4}
          readOnly={!mayWrite}
          value={note}
          maxLength={10000}
          onChange={(e) => setNote(e.target.value)}
        />
      </label>
      {clash && (
        <Clashing
          sides={[
            { label: t("customer.name"), theirs: clash.current.name, mine: name },
            {
              label: t("customers.domains"),
              theirs: clash.current.domains.join(", "),
              mine: listed(domains).join(", "),
            },
            { label: t("customers.shared"), theirs: yes(clash.current.shared), mine: yes(shared) },
            { label: t("customers.organisation_note"), theirs: clash.current.note ?? "", mine: note },
          ].filter((s) => s.theirs !== s.mine)}
          by={clash.by}
          at={clash.at}
          takeTheirs={takeTheirs}
        />
      )}
      {problem && (
        <p role="alert" className={css.problem}>
          {problem}
        </p>
      )}
      {mayWrite && (
        <div className={css.fields}>
          <Button type="submit" variant="filled">
            {t(clash ? "customer.replace" : "common.save")}
          </Button>
          {o.people === 0 && <Button onClick={() => void remove()}>{t("customers.delete")}</Button>}
        </div>
      )}
    </form>
  );
}
