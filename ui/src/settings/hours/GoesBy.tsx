import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { get, put } from "../../api/client";
import { useMe } from "../../app/session";
import { toast } from "../../parts/toast";
import { SelectField } from "../form/fields";
import { type Calendar, calendarsQuery } from "./queries";

type Kind = "inboxes" | "teams";

/** By which calendar an inbox or a team goes. It is kept at once: the calendar belongs to others too, who see it change. */
export function GoesBy({ kind, id }: { kind: Kind; id: number }) {
  const { t } = useTranslation();
  const me = useMe();
  const client = useQueryClient();
  const all = useQuery(calendarsQuery).data?.items ?? [];
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState("");
  if (all.length === 0 || !me.permissions.includes("setting.manage")) return null;
  const own = all.find((c) => c[kind].includes(id))?.id ?? 0;
  const standard = all.find((c) => c.standard);
  const choose = async (calendar: number) => {
    setBusy(true);
    setRefused("");
    try {
      await goBy(kind, id, calendar);
      toast(t("hours.chosen"));
    } catch {
      setRefused(t("hours.not_chosen"));
    } finally {
      await client.invalidateQueries({ queryKey: calendarsQuery.queryKey });
      setBusy(false);
    }
  };
  const otherwise =
    kind === "teams"
      ? t("hours.as_inbox")
      : standard
        ? t("hours.as_standard", { name: standard.name })
        : t("hours.around_the_clock");
  return (
    <SelectField<number>
      label={t("hours.goes_by_which")}
      hint={t(`hours.goes_by_hint.${kind}`)}
      error={refused || undefined}
      value={own}
      disabled={busy}
      change={(calendar) => void choose(calendar)}
      options={[[0, otherwise], ...all.map((c) => [c.id, c.name] as const)]}
    />
  );
}

/** Writes down by which calendar one goes, as the calendars are now; 0 for none of its own. */
async function goBy(kind: Kind, id: number, calendar: number) {
  const { items } = await get<{ items: Calendar[] }>("/calendars");
  const now = items.find((c) => c[kind].includes(id));
  const next = items.find((c) => c.id === calendar);
  if (next)
    await keep(next, kind, [...next[kind], id]); // what it went by before is left by that
  else if (now)
    await keep(
      now,
      kind,
      now[kind].filter((other) => other !== id),
    );
}

const keep = ({ id, ...edit }: Calendar, kind: Kind, list: number[]) =>
  put(`/calendars/${id}`, { ...edit, [kind]: list });
