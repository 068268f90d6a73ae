import { Button } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, Navigate, useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { post } from "../api/client";
import type { Customer } from "../api/types";
import { useAttempt } from "../desk/ActSheet";
import { useFormat } from "../i18n/format";
import { Bone, Late } from "../parts/Skeleton";
import { Failed } from "../parts/Trouble";
import { toast } from "../parts/toast";
import css from "./Customers.module.css";
import own from "./Duplicates.module.css";
import { type Difference, differences, useFieldWords } from "./differences";
import { Brief } from "./Likeness";
import { customerQuery } from "./queries";

/** Two records side by side: whose value is kept where they differ, and what moves. */
export function MergePage() {
  const { t } = useTranslation();
  const { id, other } = useParams({ from: "/inside/customers/$id/merge/$other" });
  const into = useQuery(customerQuery(Number(id)));
  const from = useQuery(customerQuery(Number(other)));
  const failed = [into, from].find((q) => q.isError);
  const done = into.data && from.data && into.data.id === from.data.id;
  return (
    <main id="main" className={css.page}>
      <div className={css.column}>
        {done && <Navigate to="/customers/$id" params={{ id: String(into.data?.id) }} replace />}
        {into.data && from.data && !done ? (
          <Compare key={`${id}-${other}`} into={into.data} from={from.data} />
        ) : failed ? (
          <Failed what={t("customers.failed_one")} error={failed.error} retry={() => void failed.refetch()} />
        ) : (
          <Late>
            <Bone width="40%" height={18} />
          </Late>
        )}
      </div>
    </main>
  );
}

function Compare({ into, from }: { into: Customer; from: Customer }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const format = useFormat();
  const words = useFieldWords();
  const [picks, setPicks] = useState<Record<string, "into" | "from">>({});
  const apart = differences(into, from, t, format, words);
  const attempt = useAttempt(() => {
    toast(t("duplicate.done", { name: from.name }));
    void navigate({ to: "/customers/$id", params: { id: String(into.id) } });
  });
  const merge = () =>
    attempt.run(async () => {
      const wish = { from: from.id, version: into.version, fromVersion: from.version, picks };
      const merged = await post<Customer>(`/customers/${into.id}/merge`, wish);
      client.setQueryData(customerQuery(into.id).queryKey, merged);
      await client.invalidateQueries({ queryKey: ["customer"] });
    });
  return (
    <form
      onSubmit={(e) => {
        e.preventDefault();
        void merge();
      }}
    >
      <header className={css.head}>
        <h1 className={css.grow}>{t("duplicate.compare_title")}</h1>
      </header>
      <p className={`${css.quiet} ${own.intro}`}>{t("duplicate.compare_intro")}</p>
      <section className={css.card}>
        <div className={own.side}>
          <span />
          <div>
            <p className={css.quiet}>{t("duplicate.stays")}</p>
            <Brief customer={into} />
          </div>
          <div>
            <p className={css.quiet}>{t("duplicate.goes")}</p>
            <Brief customer={from} />
          </div>
        </div>
        {apart.length === 0 && <p className={css.quiet}>{t("duplicate.no_difference")}</p>}
        {apart.map((d) => (
          <Choice
            key={d.key}
            of={d}
            picked={picks[d.key] ?? d.kept}
            pick={(whose) => setPicks({ ...picks, [d.key]: whose })}
          />
        ))}
        <p className={`${css.quiet} ${own.moves}`}>{t("duplicate.moves")}</p>
      </section>
      {attempt.problem && (
        <p role="alert" className={css.problem}>
          {attempt.problem}
        </p>
      )}
      <div className={own.foot}>
        <Button type="submit" variant="filled" loading={attempt.busy}>
          {t("duplicate.merge")}
        </Button>
        <Link to="/customers/$id/merge/$other" params={{ id: String(from.id), other: String(into.id) }} replace>
          {t("duplicate.swap")}
        </Link>
        <Link to="/customers/$id" params={{ id: String(into.id) }}>
          {t("common.cancel")}
        </Link>
      </div>
    </form>
  );
}

/** One value that differs: a choice between the two. */
function Choice({
  of,
  picked,
  pick,
}: {
  of: Difference;
  picked: "into" | "from";
  pick: (whose: "into" | "from") => void;
}) {
  return (
    <fieldset className={own.side}>
      <legend className="unseen">{of.name}</legend>
      <span aria-hidden>{of.name}</span>
      {(["into", "from"] as const).map((whose) => (
        <label key={whose} className={own.option} data-picked={picked === whose || undefined}>
          <input type="radio" name={of.key} checked={picked === whose} onChange={() => pick(whose)} />
          <span>{of[whose] || "–"}</span>
        </label>
      ))}
    </fieldset>
  );
}
