import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { post } from "../../api/client";
import { toast } from "../../parts/toast";
import { inWords } from "../../parts/trouble";
import { type Rule, rulesQuery } from "./queries";

/** Makes a rule what it was at a version, a deleted one too, and says whether that went well. */
export function useTakeBack(): (id: number, version: number) => Promise<Rule | undefined> {
  const { t } = useTranslation();
  const client = useQueryClient();
  return async (id, version) => {
    try {
      const now = await post<Rule>(`/rules/${id}/take-back`, { version });
      toast(t("rule.taken_back", { name: now.name }));
      return now;
    } catch (err) {
      toast(inWords(t, err), { tone: "bad" });
      return undefined;
    } finally {
      await client.invalidateQueries({ queryKey: rulesQuery.queryKey });
    }
  };
}
