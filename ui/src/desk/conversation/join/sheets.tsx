import type { Opened } from "../../../api/types";
import { IncidentsSheet } from "./IncidentsSheet";
import { LinkSheet } from "./LinkSheet";
import { MergeSheet } from "./MergeSheet";
import { type BodyView, SideSheet } from "./SideSheet";
import type { Join } from "./useJoins";
import { useWords } from "./words";

interface Props {
  join: Join;
  message?: number;
  opened: Opened;
  /** What draws the words of a message. It is handed on: shared by import it would be one more file to fetch before the first conversation is seen. */
  body: BodyView;
  close: () => void;
}

/** The sheet that was asked for, once its words are there. */
export default function Sheets({ join, message, opened, body, close }: Props) {
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
      return <SideSheet opened={opened} forward={join === "forward"} message={message} body={body} close={close} />;
  }
}
