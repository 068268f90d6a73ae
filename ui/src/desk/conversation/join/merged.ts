import type { QueryClient } from "@tanstack/react-query";
import { post } from "../../../api/client";
import type { MergeRecord } from "../../../api/types";
import { toast } from "../../../parts/toast";
import { inWords } from "../../../parts/trouble";

type T = (key: string, values?: Record<string, unknown>) => string;

/** Takes a merge back, and says so. */
export async function undoMerge(t: T, client: QueryClient, merge: MergeRecord) {
  try {
    await post(`/merges/${merge.id}/undo`, {});
    toast(t("join.undone"));
  } catch (err) {
    toast(inWords(t as never, err), { tone: "bad" });
  }
  await client.invalidateQueries({ queryKey: ["conversation"] });
  await client.invalidateQueries({ queryKey: ["list"] });
}

/** Says that conversations were merged, with a way back. */
export function saidMerged(t: T, client: QueryClient, merge: MergeRecord, into: number) {
  toast(t("join.merged", { numbers: merge.numbers.map((n) => `#${n}`).join(", "), into }), {
    stays: 12_000,
    action: { label: t("common.undo"), run: () => void undoMerge(t, client, merge) },
  });
}
