import { useTranslation } from "react-i18next";
import { post } from "../../api/client";
import type { Message } from "../../api/types";
import { toast } from "../../parts/toast";
import { ActSheet, useAttempt } from "../ActSheet";

interface Props {
  message: Message;
  close: () => void;
  done: () => Promise<unknown>;
}

/** The one act that cannot be undone, and so the one that is asked for. */
export function EraseSheet({ message, close, done }: Props) {
  const { t } = useTranslation();
  const attempt = useAttempt(close);
  async function erase() {
    await post(`/messages/${message.id}/erase`);
    await done();
    toast(t("erase.done"));
  }
  return (
    <ActSheet title={t("erase.title")} close={close} attempt={attempt} act={t("erase.do")} work={erase} danger>
      <p>{t("erase.text")}</p>
    </ActSheet>
  );
}
