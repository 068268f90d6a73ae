import { Button } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Sheet, SheetBody } from "../../parts/Sheet";
import { formCss } from "./fields";
import { AskToDiscard, Guard } from "./Guard";
import { Trouble } from "./Page";
import type { Form } from "./useForm";

interface Props<V extends object> {
  title: string;
  form: Form<V>;
  save: string;
  close: () => void;
  /** Quiet acts at the left of the foot. */
  aside?: ReactNode;
  /** Saving what was not touched makes sense too. */
  always?: boolean;
  children: ReactNode;
}

/** A small form over the screen. */
export function FormSheet<V extends object>({ title, form, save, close, aside, always, children }: Props<V>) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  const leave = () => (form.dirty ? setAsking(true) : close());
  return (
    <>
      <Sheet label={title} close={leave}>
        <form
          noValidate
          onSubmit={(e) => {
            e.preventDefault();
            e.stopPropagation();
            void form.submit().then((kept) => kept && close());
          }}
        >
          <SheetBody
            title={title}
            foot={
              <>
                {aside && <span style={{ marginRight: "auto" }}>{aside}</span>}
                <Button onClick={leave}>{t("common.cancel")}</Button>
                <Button type="submit" variant="filled" loading={form.saving} disabled={!always && !form.dirty}>
                  {save}
                </Button>
              </>
            }
          >
            <Trouble form={form} />
            <div className={formCss.fields}>{children}</div>
          </SheetBody>
        </form>
        <Guard when={form.dirty && !asking} />
      </Sheet>
      {asking && <AskToDiscard stay={() => setAsking(false)} discard={close} />}
    </>
  );
}
