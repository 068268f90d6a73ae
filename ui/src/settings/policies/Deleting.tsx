import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { del } from "../../api/client";
import { useFormat } from "../../i18n/format";
import { toast } from "../../parts/toast";
import { Ask } from "../Ask";
import { type Policy, policiesQuery, triedQuery } from "./queries";

/** Asks whether a policy shall go, and says what follows from it. */
export function Deleting({ policy, close, done }: { policy: Policy; close: () => void; done?: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const client = useQueryClient();
  const has = useQuery({
    ...triedQuery(policy.id, policy.condition, policy.zone),
    enabled: policy.active && !policy.broken,
  }).data?.takes;
  return (
    <Ask
      title={t("policy.delete_title", { name: policy.name })}
      act={t("settings.delete")}
      close={close}
      run={async () => {
        await del(`/policies/${policy.id}`);
        await client.invalidateQueries({ queryKey: policiesQuery.queryKey, exact: true });
        toast(t("policy.deleted"));
        done?.();
      }}
    >
      {has !== undefined && <p>{t("policy.delete_has", { count: has, shown: format.number(has) })}</p>}
      <p>{t("policy.delete_text")}</p>
    </Ask>
  );
}
