import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Message } from "../../api/types";
import css from "./Hold.module.css";

interface Props {
  messages: Message[];
  keepEditing: () => void;
  sendAnyway: () => void;
}

/** A customer wrote while an answer was being written: what he said, before it goes out. */
export function Hold({ messages, keepEditing, sendAnyway }: Props) {
  const { t } = useTranslation();
  const last = messages.at(-1);
  if (!last) return null;
  const name = (last.from.name || last.from.address).split(" ")[0];
  return (
    <div className={css.hold} role="alert">
      <p>
        <b>{t("hold.title", { name })}</b> <span>“{last.text.slice(0, 200)}”</span>
      </p>
      <div>
        <Button onClick={keepEditing}>{t("hold.keep")}</Button>
        <Button onClick={sendAnyway}>{t("hold.send")}</Button>
      </div>
    </div>
  );
}
