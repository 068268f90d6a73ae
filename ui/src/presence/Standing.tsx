import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../i18n/format";
import { useNow } from "../i18n/now";
import { presenceQuery } from "./queries";
import css from "./Standing.module.css";
import { standingWords } from "./words";

interface Props {
  agent: number;
  /** A face to put the sign on; without one it is said in words. */
  children?: ReactNode;
}

/** How a colleague stands: a sign of its own shape for each state at his face, or words. Nothing where he has left the company. */
export default function Standing({ agent, children }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow();
  const all = useQuery(presenceQuery).data;
  const p = all?.items.find((one) => one.agent === agent);
  if (!p) return children;
  const words = standingWords(t, format, p, all?.reasons ?? [], now);
  if (!children) {
    return (
      <span className={css.words} data-state={p.state} aria-hidden="true">
        {words}
      </span>
    );
  }
  return (
    <span className={css.face}>
      {children}
      <span className={css.sign} data-state={p.state} role="img" aria-label={words} title={words} />
    </span>
  );
}
