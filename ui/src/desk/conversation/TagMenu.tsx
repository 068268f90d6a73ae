import { lazy, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Conversation } from "../../api/types";
import { useCommands } from "../../app/keys";
import { Icon } from "../../parts/Icon";
import { OnReach } from "../../parts/OnReach";
import css from "./Header.module.css";

const load = () => import("./TagItems");
const TagItems = lazy(load);

/** Puts tags on a conversation and takes them off. */
export function TagMenu({ row }: { row: Conversation }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  useCommands([
    {
      id: "tags",
      label: t("conversation.tags"),
      group: "conversation",
      keys: ["t"],
      icon: "list",
      run: () => setOpen(true),
    },
  ]);
  const face = (
    <button
      type="button"
      className={css.addTag}
      aria-label={t("conversation.tags")}
      title={`${t("conversation.tags")} (T)`}
    >
      <Icon name="plus" size={13} />
    </button>
  );
  return (
    <OnReach face={face} open={open} setOpen={setOpen} load={load}>
      <TagItems row={row} face={face} open={open} setOpen={setOpen} />
    </OnReach>
  );
}
