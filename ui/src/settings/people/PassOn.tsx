import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Sheet, SheetBody } from "../../parts/Sheet";
import { Copyable } from "../form/fields";

/** A one-time link, for when no mail can be sent yet or it does not arrive. */
export function PassOn({ name, link, close }: { name: string; link: string; close: () => void }) {
  const { t } = useTranslation();
  const title = t("settings.people.link_title", { name });
  return (
    <Sheet label={title} close={close}>
      <SheetBody
        title={title}
        foot={
          <Button variant="filled" onClick={close}>
            {t("settings.recovery.done")}
          </Button>
        }
      >
        <p>{t("settings.people.link_text", { name })}</p>
        <Copyable label={t("settings.people.link")} text={link} />
      </SheetBody>
    </Sheet>
  );
}
