import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Opened } from "../../../api/types";
import { useCommands } from "../../../app/keys";
import { useMay } from "../../../app/session";
import { useFormat } from "../../../i18n/format";
import { loadWords } from "../../../i18n/i18n";
import { Pill } from "../../../parts/Pill";
import { dayWords } from "../../../settings/hours/day";
import { typesQuery } from "../../fields/queries";
import css from "./Limits.module.css";
import { limitsQuery, statutesQuery } from "./queries";

const LimitSheet = lazy(() => Promise.all([import("./LimitSheet"), loadWords("hours")]).then(([m]) => m));
const BeginSheet = lazy(() => import("./BeginSheet"));

const tones = { running: "grey", late: "late", met: "ok", met_late: "warn", withdrawn: "grey" } as const;

/** The time limits of the law that run, or ran, in a conversation. */
export default function Limits({ opened }: { opened: Opened }) {
  const { t } = useTranslation();
  const format = useFormat();
  const mayWrite = useMay("conversation.write");
  const row = opened.conversation;
  const mark = `${row.version} ${row.dueAt ?? ""} ${opened.timeline.activities.at(-1)?.seq ?? 0} ${opened.timeline.messages.at(-1)?.state ?? ""}`;
  const limits = useQuery(limitsQuery(row.id, mark)).data?.items ?? [];
  const checked = (useQuery({ ...statutesQuery, enabled: mayWrite }).data?.items ?? []).filter((s) => s.checkedOn);
  const [shown, setShown] = useState(0);
  const [beginning, setBeginning] = useState(false);
  const kind = useQuery(typesQuery).data?.find((k) => k.id === row.type)?.kind;
  const mayBegin = mayWrite && checked.length > 0;
  useCommands(
    mayBegin
      ? [
          {
            id: "statute",
            label: t("statute.begin"),
            group: "conversation",
            icon: "file",
            run: () => setBeginning(true),
          },
        ]
      : [],
  );
  const one = limits.find((l) => l.id === shown);
  const offers = mayBegin && (limits.length > 0 || kind === "complaint"); // elsewhere the menu and the palette offer it
  const sheets = (
    <Suspense>
      {one && <LimitSheet limit={one} opened={opened} close={() => setShown(0)} />}
      {beginning && <BeginSheet row={row} statutes={checked} close={() => setBeginning(false)} />}
    </Suspense>
  );
  if (limits.length === 0 && !offers) return sheets;
  return (
    <section aria-label={t("statute.title")}>
      <h3>{t("statute.title")}</h3>
      {limits.map((l) => (
        <button key={l.id} type="button" className={css.limit} onClick={() => setShown(l.id)}>
          <span className={css.name}>{l.name}</span>
          <Pill tone={tones[l.state]}>{t(`statute.state.${l.state}`, { day: dayWords(format, l.last) })}</Pill>
        </button>
      ))}
      {offers && (
        <button type="button" className={css.begin} onClick={() => setBeginning(true)}>
          {t("statute.begin")}
        </button>
      )}
      {sheets}
    </section>
  );
}
