import { Button } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { post } from "../../api/client";
import type { Message } from "../../api/types";
import { Sheet, SheetBody } from "../../parts/Sheet";
import { toast } from "../../parts/toast";
import { inWords } from "../../parts/trouble";
import css from "./Sheets.module.css";

interface Props {
  message: Message;
  close: () => void;
  done: () => Promise<unknown>;
}

/** The one act that cannot be undone, and so the one that is asked for. */
export function EraseSheet({ message, close, done }: Props) {
  const { t } = useTranslation();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  async function erase() {
    setBusy(true);
    try {
      await post(`/messages/${message.id}/erase`);
      await done();
      toast(t("erase.done"));
      close();
    } catch (err) {
      setProblem(inWords(t, err));
      setBusy(false);
    }
  }
  return (
    <Sheet label={t("erase.title")} close={close}>
      <SheetBody
        title={t("erase.title")}
        foot={
          <>
            <Button onClick={close}>{t("common.cancel")}</Button>
            <Button color="red" variant="outline" loading={busy} onClick={() => void erase()}>
              {t("erase.do")}
            </Button>
          </>
        }
      >
        <p>{t("erase.text")}</p>
        {problem && (
          <p role="alert" className={css.problem}>
            {problem}
          </p>
        )}
      </SheetBody>
    </Sheet>
  );
}
