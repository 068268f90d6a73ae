import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { get } from "../../../api/client";
import { type Directory, useDirectory } from "../../../api/queries";
import type { components } from "../../../api/schema";
import { useFormat } from "../../../i18n/format";
import { Sheet, SheetBody } from "../../../parts/Sheet";
import { Failed } from "../../../parts/Trouble";
import css from "./WhySheet.module.css";

type Assignment = components["schemas"]["RoutingAssignment"];
type Asked = NonNullable<Assignment["skills"]>[number];
type Considered = Assignment["considered"][number];

interface Props {
  conversation: number;
  /** Whom it was given to, and when. */
  agent: number;
  at: string;
  close: () => void;
}

/** Why the distribution gave a conversation to somebody: who was considered, how each stood, and what decided. */
export default function WhySheet({ conversation, agent, at, close }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const directory = useDirectory();
  const found = useQuery({
    queryKey: ["assignments", conversation],
    queryFn: ({ signal }) =>
      get<{ items: Assignment[] }>(`/conversations/${conversation}/assignments`, undefined, signal),
    staleTime: 0,
  });
  const name = (id: number) => directory.agent(id)?.name ?? t("distribution.gone");
  const tongue = (code: string) => new Intl.DisplayNames([format.language], { type: "language" }).of(code) ?? code;
  const title = t("distribution.why_title", { name: name(agent) });
  // The line of the timeline and the record of it are of one moment.
  const a = found.data?.items.find((a) => a.agent === agent && Math.abs(Date.parse(a.at) - Date.parse(at)) < 1000);
  const wanted = (need: Asked["need"]) =>
    format.list((a?.skills ?? []).filter((s) => s.need === need).map((s) => s.name));
  return (
    <Sheet label={title} close={close}>
      <SheetBody reading title={title} foot={<Button onClick={close}>{t("common.close")}</Button>}>
        {found.isError && (
          <Failed what={t("distribution.failed")} error={found.error} retry={() => void found.refetch()} />
        )}
        {found.data && !a && <p>{t("distribution.nobody_knows")}</p>}
        {a && (
          <>
            <p className={css.why}>
              {t(`distribution.how_${a.how === "method" ? a.method : a.how}`, { name: name(agent) })}
              {a.speak &&
                a.language &&
                ` ${t(`distribution.spoken_${a.waived && a.speak === "required" ? "waived" : a.speak}`, { language: tongue(a.language) })}`}
              {wanted("required") &&
                ` ${t(`distribution.can_${a.waived ? "waived" : "required"}`, { skills: wanted("required") })}`}
              {wanted("preferred") && ` ${t("distribution.can_preferred", { skills: wanted("preferred") })}`}
            </p>
            <table className={css.people}>
              <caption>{t("distribution.who", { when: format.exact(Date.parse(a.at)) })}</caption>
              <tbody>
                {a.considered.map((c) => (
                  <Row key={c.agent} c={c} a={a} directory={directory} />
                ))}
              </tbody>
            </table>
            {!!a.unlisted && <p>{t("distribution.more", { count: a.unlisted })}</p>}
          </>
        )}
      </SheetBody>
    </Sheet>
  );
}

function Row({ c, a, directory }: { c: Considered; a: Assignment; directory: Directory }) {
  const { t } = useTranslation();
  const format = useFormat();
  const idle = a.method === "most_idle";
  const last = idle ? c.busyAt : c.givenAt;
  const lacks = t("distribution.no_skill", {
    skills: format.list((a.skills ?? []).filter((s) => c.lacks?.includes(s.skill)).map((s) => s.name)),
  });
  const what = idle ? "busy" : "given";
  return (
    <tr data-out={c.out || undefined}>
      <td className={css.name}>{directory.agent(c.agent)?.name ?? t("distribution.gone")}</td>
      <td>
        {c.out === "no_skill" ? lacks : t(`distribution.${c.out || "fits"}`)}
        {a.method === "weighted" && !!c.weight && `, ${t("distribution.weight", { weight: c.weight })}`}
        {c.foreign && c.out !== "no_language" && `, ${t("distribution.no_language")}`}
        {!!c.lacks?.length && c.out !== "no_skill" && `, ${lacks}`}
      </td>
      <td className={css.load}>{t("distribution.load", { load: c.load, capacity: c.capacity })}</td>
      <td>
        {last ? t(`distribution.${what}`, { when: format.exact(Date.parse(last)) }) : t(`distribution.${what}_never`)}
      </td>
    </tr>
  );
}
