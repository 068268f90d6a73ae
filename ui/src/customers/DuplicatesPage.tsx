import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import css from "./Customers.module.css";
import own from "./Duplicates.module.css";
import { Brief, Decide, Why } from "./Likeness";
import { Paged } from "./Paged";
import { duplicatesQuery } from "./queries";
import { Tabs } from "./Tabs";

/** Everybody who may be one person, to be compared by hand. */
export function DuplicatesPage() {
  const { t } = useTranslation();
  const found = useInfiniteQuery(duplicatesQuery());
  return (
    <main id="main" className={css.page}>
      <div className={css.column}>
        <header className={css.head}>
          <h1 className={css.grow}>{t("customers.duplicates")}</h1>
          <Tabs />
        </header>
        <p className={`${css.quiet} ${own.intro}`}>{t("duplicate.intro")}</p>
        <Paged
          found={found}
          none={t("duplicate.none")}
          how={t("duplicate.none_how")}
          row={(d) => (
            <li key={`${d.first.id}-${d.second.id}`} className={own.pair}>
              <Brief customer={d.first} />
              <Brief customer={d.second} />
              <div>
                <Why of={d} />
                <Decide into={d.first} from={d.second} />
              </div>
            </li>
          )}
        />
      </div>
    </main>
  );
}
