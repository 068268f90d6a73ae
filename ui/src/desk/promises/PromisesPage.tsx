import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useMe } from "../../app/session";
import { useNow } from "../../i18n/now";
import { instantOf, wallOf } from "../../i18n/zone";
import { Bone, Late } from "../../parts/Skeleton";
import { Failed, Quiet } from "../../parts/Trouble";
import page from "./Page.module.css";
import { Card } from "./Promises";
import css from "./Promises.module.css";
import { type Open, openQuery } from "./queries";

const groups = ["late", "today", "later"] as const;

/** What is still to be kept, by the reader or by everybody, what is due first before the rest. */
export function PromisesPage() {
  const { t } = useTranslation();
  const { whose } = useSearch({ from: "/inside/promises" });
  const navigate = useNavigate();
  const zone = useMe().timeZone;
  const now = useNow();
  const found = useQuery(openQuery(whose));
  const wall = wallOf(now, zone);
  const midnight = instantOf({ ...wall, day: wall.day + 1, hour: 0, minute: 0 }, zone);
  const groupOf = (c: Open) => {
    const due = Date.parse(c.due);
    return due <= now ? "late" : due < midnight ? "today" : "later";
  };
  return (
    <main className={page.page}>
      <div className={page.column}>
        <header className={page.head}>
          <h1>{t("promise.title")}</h1>
          <fieldset className={page.whose} aria-label={t("promise.whose")}>
            {(["mine", "all"] as const).map((w) => (
              <button
                key={w}
                type="button"
                aria-pressed={whose === w}
                onClick={() => void navigate({ to: "/promises", search: { whose: w }, replace: true })}
              >
                {t(`promise.whose_${w}`)}
              </button>
            ))}
          </fieldset>
        </header>
        {found.isPending && (
          <Late>
            <Bone width="100%" />
            <Bone width="100%" />
          </Late>
        )}
        {found.isError && <Failed what={t("promise.failed")} error={found.error} retry={() => void found.refetch()} />}
        {found.data?.length === 0 && (
          <Quiet icon="clock" title={t(`promise.none_${whose}`)}>
            <p>{t("promise.none_about")}</p>
          </Quiet>
        )}
        {groups.map((g) => {
          const list = (found.data ?? []).filter((c) => groupOf(c) === g);
          if (list.length === 0) return null;
          return (
            <section key={g} aria-labelledby={`promises-${g}`} className={page.group}>
              <h2 id={`promises-${g}`} data-late={g === "late" || undefined}>
                {t(`promise.group_${g}`)}
              </h2>
              <ul className={css.list}>
                {list.map((c) => (
                  <Card key={c.id} row={c.in} commitment={c}>
                    <Link
                      to="/view/$view/$number"
                      params={{ view: "all", number: String(c.in.number) }}
                      className={page.where}
                    >
                      #{c.in.number} {c.in.subject || t("list.no_subject")} · {c.in.customerName || c.in.address}
                    </Link>
                  </Card>
                ))}
              </ul>
            </section>
          );
        })}
      </div>
    </main>
  );
}
