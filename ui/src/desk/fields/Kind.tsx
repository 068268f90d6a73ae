import type { Conversation } from "../../api/types";
import { Pill, tagTone } from "../../parts/Pill";
import { TypeIcon } from "./TypeIcon";
import type { ConversationType } from "./types";

/** The conversation's type, and how far its checklists are. */
export function KindPills({ row, types }: { row: Conversation; types: ConversationType[] | undefined }) {
  const type = types?.find((k) => k.id === row.type);
  return (
    <>
      {type && (
        <Pill tone={tagTone(type.colour)}>
          <TypeIcon name={type.icon} /> {type.name}
        </Pill>
      )}
      {row.checks ? (
        <Pill tone={row.checked === row.checks ? "ok" : "grey"}>
          ✓ {row.checked ?? 0}/{row.checks}
        </Pill>
      ) : null}
    </>
  );
}
