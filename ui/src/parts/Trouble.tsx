import { Button } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { isProblem } from "../api/problem";
import { Icon, type IconName } from "./Icon";
import css from "./Trouble.module.css";
import { inWords } from "./trouble";

/** A quiet page in the middle: what this place is, or what failed, and what to do now. */
export function Quiet({ icon, title, children }: { icon: IconName; title: string; children?: ReactNode }) {
  return (
    <div className={css.quiet}>
      <span className={css.icon}>
        <Icon name={icon} size={26} />
      </span>
      <h2>{title}</h2>
      <div className={css.words}>{children}</div>
    </div>
  );
}

/** Something could not be fetched: says what, and tries again. */
export function Failed({
  what,
  error,
  retry,
  way,
}: {
  what: string;
  error: unknown;
  retry?: () => void;
  /** Where to go on from here. */
  way?: ReactNode;
}) {
  const { t } = useTranslation();
  const missing = isProblem(error, "not_found");
  return (
    <div role="alert" className={css.failed}>
      <Quiet icon={missing ? "search" : "alert"} title={what}>
        <p>{inWords(t, error)}</p>
        {retry && !missing && <Button onClick={retry}>{t("common.again")}</Button>}
        {way}
      </Quiet>
    </div>
  );
}

/** No such page. */
export function Lost() {
  const { t } = useTranslation();
  return (
    <main className={css.page}>
      <Quiet icon="search" title={t("lost.title")}>
        <p>{t("lost.text")}</p>
        <Button component="a" href="/app/">
          {t("lost.home")}
        </Button>
      </Quiet>
    </main>
  );
}

/** A screen that could not be drawn or reached at all. */
export function Stopped({ error, reset }: { error: unknown; reset?: () => void }) {
  const { t } = useTranslation();
  return (
    <main className={css.page} role="alert">
      <Quiet icon="alert" title={t("stopped.title")}>
        <p>{inWords(t, error)}</p>
        <Button
          onClick={() => {
            reset?.();
            window.location.reload();
          }}
        >
          {t("common.again")}
        </Button>
      </Quiet>
    </main>
  );
}
