import { Menu } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useDirectory } from "../../api/queries";
import type { Conversation } from "../../api/types";
import { LateMenu } from "../../parts/LateMenu";
import type { Face } from "../../parts/OnReach";
import { Pill, tagTone } from "../../parts/Pill";
import { useChange } from "./change";
import css from "./Header.module.css";

interface Props {
  row: Conversation;
  face: Face;
  open: boolean;
  setOpen: (open: boolean) => void;
}

/** The tags there are, those of the conversation checked. */
export default function TagItems({ row, face, open, setOpen }: Props) {
  const { t } = useTranslation();
  const change = useChange();
  const directory = useDirectory();
  return (
    <LateMenu
      face={face}
      open={open}
      setOpen={setOpen}
      position="bottom-start"
      closeOnItemClick={false}
      className={css.scrolling}
    >
      <Menu.Label>{t("conversation.tags")}</Menu.Label>
      {directory.tags.map((tag) => {
        const has = row.tags.includes(tag.id);
        return (
          <Menu.CheckboxItem
            key={tag.id}
            value={String(tag.id)}
            checked={has}
            onChange={() => void change(row, has ? { removeTags: [tag.id] } : { addTags: [tag.id] })}
          >
            <Pill tone={tagTone(tag.colour)}>{tag.name}</Pill>
          </Menu.CheckboxItem>
        );
      })}
    </LateMenu>
  );
}
