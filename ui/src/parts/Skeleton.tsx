import { type ReactNode, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import css from "./Skeleton.module.css";

/** Draws what is coming only once it has kept us waiting for 200 ms. */
export function Late({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const [due, setDue] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setDue(true), 200);
    return () => clearTimeout(timer);
  }, []);
  if (!due) return null;
  return (
    <div role="status" aria-label={t("common.loading")}>
      {children}
    </div>
  );
}

export function Bone({
  width = "100%",
  height = 12,
  round,
}: {
  width?: number | string;
  height?: number;
  round?: boolean;
}) {
  return <span className={css.bone} style={{ width, height, borderRadius: round ? "50%" : 5 }} aria-hidden="true" />;
}
