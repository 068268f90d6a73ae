import { Button } from "@mantine/core";
import { useBlocker } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Sheet, SheetBody } from "../../parts/Sheet";

/** Asks before unsaved words are lost by going elsewhere. */
export function Guard({ when }: { when: boolean }) {
  const blocker = useBlocker({ shouldBlockFn: () => when, enableBeforeUnload: () => when, withResolver: true });
  if (blocker.status !== "blocked") return null;
  return <AskToDiscard stay={blocker.reset} discard={blocker.proceed} />;
}

export function AskToDiscard({ stay, discard }: { stay: () => void; discard: () => void }) {
  const { t } = useTranslation();
  return (
    <Sheet label={t("form.leave_title")} close={stay}>
      <SheetBody
        title={t("form.leave_title")}
        foot={
          <>
            <Button onClick={discard}>{t("form.leave_discard")}</Button>
            <Button variant="filled" onClick={stay} autoFocus>
              {t("form.leave_stay")}
            </Button>
          </>
        }
      >
        <p>{t("form.leave_text")}</p>
      </SheetBody>
    </Sheet>
  );
}
