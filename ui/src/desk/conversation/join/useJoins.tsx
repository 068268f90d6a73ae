import { lazy, Suspense, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Conversation, Opened } from "../../../api/types";
import { useCommands } from "../../../app/keys";
import { useMay } from "../../../app/session";
import type { IconName } from "../../../parts/Icon";
import { Body } from "../MessageView";
import { asked } from "./ask";
import { beginSplit } from "./splitting";

const sheets = () => import("./sheets");
const Sheets = lazy(sheets);

export type Join = "merge" | "split" | "link" | "aside" | "forward" | "incidents";

const keys: Partial<Record<Join, string[]>> = { merge: ["shift+m"], aside: ["shift+a"], forward: ["shift+f"] };
const icons: Record<Join, IconName> = {
  merge: "plus",
  split: "sort",
  link: "link",
  aside: "letter",
  forward: "out",
  incidents: "letter",
};

/** What is done with several conversations together: its commands, and the sheet that is open. */
export function useJoins(row: Conversation, opened: Opened | undefined) {
  const { t } = useTranslation();
  const mayWrite = useMay("conversation.write");
  const [over, setOver] = useState<{ join: Join; message?: number }>();
  const problem = opened?.links.some((l) => l.kind === "incident") ?? false;
  const names: Join[] = ["merge", "split", "link", "aside", "forward", ...(problem ? (["incidents"] as const) : [])];
  const begin = (join: Join, message?: number) => (join === "split" ? beginSplit(row.id) : setOver({ join, message })); // split off in the timeline itself
  // biome-ignore lint/correctness/useExhaustiveDependencies: it follows the conversation
  useEffect(() => asked(row.number, begin), [row.id]);
  useCommands(
    mayWrite && opened
      ? names
          .filter((n) => n !== "split" || row.messages > 1)
          .map((n) => ({
            id: `join.${n}`,
            label: t(`join.${n}`),
            group: "conversation" as const,
            keys: keys[n],
            icon: icons[n],
            run: () => begin(n),
          }))
      : [],
  );
  return (
    <Suspense>
      {over && opened && (
        <Sheets join={over.join} message={over.message} opened={opened} body={Body} close={() => setOver(undefined)} />
      )}
    </Suspense>
  );
}
