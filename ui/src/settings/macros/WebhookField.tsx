import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Action } from "../../desk/compose/macro/types";
import { SelectField } from "../form/fields";
import { webhooksQuery } from "../webhooks/queries";

interface Props {
  action: Action;
  change: (a: Action) => void;
  error: (field: string) => string | undefined;
}

/** Which webhook is called. */
export function WebhookField({ action: a, change, error }: Props) {
  const { t } = useTranslation();
  const hooks = useQuery(webhooksQuery).data ?? [];
  const gone = Boolean(a.webhook) && !hooks.some((w) => w.id === a.webhook);
  return (
    <SelectField<number>
      label={t("macro.kind.webhook")}
      hint={t(hooks.length > 0 ? "macro.edit.webhook_hint" : "macro.edit.webhook_none")}
      value={a.webhook ?? 0}
      error={error("webhook")}
      change={(webhook) => change({ do: a.do, webhook })}
      options={[
        [0, t("macro.edit.webhook_choose")] as const,
        ...(gone ? [[a.webhook ?? 0, t("macro.gone")] as const] : []),
        ...hooks.map((w) => [w.id, w.active ? w.name : t("macro.edit.webhook_off", { name: w.name })] as const),
      ]}
    />
  );
}
