import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useDirectory } from "../../api/queries";
import type { Action } from "../../desk/compose/macro/types";
import { rostersQuery } from "../duty/queries";
import { Checks } from "../form/fields";

interface Props {
  action: Action;
  /** Nobody in particular does it, so that nobody can be meant by it. */
  impersonal: boolean;
  change: (a: Action) => void;
  error: (field: string) => string | undefined;
}

/** Who follows the conversation from then on, or follows it no longer. One roster at the most: each action names one. */
export function FollowFields({ action: a, impersonal, change, error }: Props) {
  const { t } = useTranslation();
  const directory = useDirectory();
  const rosters = useQuery(rostersQuery).data ?? [];
  const chosen = [
    ...(a.me ? ["me"] : []),
    ...(a.onDuty ? [`duty ${a.onDuty}`] : []),
    ...(a.agents ?? []).map((id) => `agent ${id}`),
  ];
  return (
    <Checks<string>
      legend={t(`macro.kind.${a.do}`)}
      hint={a.do === "follow" ? t("macro.edit.follow_hint") : undefined}
      value={chosen}
      error={error("agents")}
      change={(to) => {
        const duty = to.filter((x) => x.startsWith("duty ")).map((x) => Number(x.slice(5)));
        const onDuty = duty.find((id) => id !== a.onDuty) ?? duty[0];
        change({
          do: a.do,
          agents: to.filter((x) => x.startsWith("agent ")).map((x) => Number(x.slice(6))),
          ...(to.includes("me") ? { me: true } : {}),
          ...(onDuty ? { onDuty } : {}),
        });
      }}
      options={[
        ...(impersonal ? [] : [["me", t("macro.edit.me")] as const]),
        ...(a.do === "follow"
          ? rosters.map((r) => [`duty ${r.id}`, t("macro.edit.tell_duty", { name: r.name })] as const)
          : []),
        ...directory.agents
          .filter((x) => x.active || a.agents?.includes(x.id))
          .map((x) => [`agent ${x.id}`, x.name] as const),
      ]}
    />
  );
}
