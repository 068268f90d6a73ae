import type { Opened } from "../../../api/types";
import { IncidentsSheet } from "./IncidentsSheet";
import { LinkSheet } from "./LinkSheet";
import { MergeSheet } from "./MergeSheet";
import { SideSheet } from "./SideSheet";
import type { Join } from "./useJoins";
import { useWords } from "./words";

interface Props {
  join: Join;
  message?: number;
  opened: Opened;
  close: () => void;
}

/** The sheet that was asked for, once its words are there. */
export default function Sheets({ join, message, opened, close }: Props) {
  const ready = useWords();
  if (!ready) return null;
  switch (join) {
    case "merge":
      return <MergeSheet into={opened.conversation} earlier={opened.earlier} close={close} />;
    case "link":
      return <LinkSheet opened={opened} close={close} />;
    case "incidents":
      return <IncidentsSheet opened={opened} close={close} />;
    default:
      return <SideSheet opened={opened} forward={join === "forward"} message={message} close={close} />;
  }
}
