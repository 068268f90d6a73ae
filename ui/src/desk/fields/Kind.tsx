import { useQuery } from "@tanstack/react-query";
import type { Conversation } from "../../api/types";
import { Pill, tagTone } from "../../parts/Pill";
import { typesQuery } from "./queries";
import { TypeIcon } from "./TypeIcon";

/** The conversation's type, and how far its checklists are. */
export function KindPills({ row }: { row: Conversation }) {
  const types = useQuery(typesQuery).data;
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
