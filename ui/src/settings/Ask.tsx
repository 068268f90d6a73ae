import { Button } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Sheet, SheetBody } from "../parts/Sheet";
import { formCss } from "./form/fields";
import { refused, type T } from "./form/refusal";

/** Asks before what cannot be taken back, says why it did not work, and closes when it did. */
export function Ask({
  title,
  act,
  run,
  close,
  children,
}: {
  title: string;
  act: string;
  run: () => Promise<unknown>;
  close: () => void;
  children: ReactNode;
}) {
  const { t } = useTranslation();
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState("");
  async function go() {
    setBusy(true);
    try {
      await run();
      close();
    } catch (err) {
      const why = refused(t as T, err);
      setWrong(why.whole || Object.values(why.fields).join(" "));
      setBusy(false);
    }
  }
  return (
    <Sheet label={title} close={close}>
      <SheetBody
        title={title}
        foot={
          <>
            <Button onClick={close}>{t("common.cancel")}</Button>
            <Button variant="filled" loading={busy} onClick={() => void go()}>
              {act}
            </Button>
          </>
        }
      >
        {wrong && (
          <div className={formCss.banner} role="alert">
            <span>{wrong}</span>
          </div>
        )}
        <div>{children}</div>
      </SheetBody>
    </Sheet>
  );
}
