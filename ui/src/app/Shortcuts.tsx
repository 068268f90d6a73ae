import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Sheet, SheetBody } from "../parts/Sheet";
import { type Command, keyCaps, useAllCommands } from "./keys";
import css from "./Shortcuts.module.css";

const groups: Command["group"][] = ["conversation", "write", "go", "app"];

/** What can be done now with which key. */
export function Shortcuts({ close }: { close: () => void }) {
  const { t } = useTranslation();
  const commands = useAllCommands();
  return (
    <Sheet label={t("keys.shortcuts")} close={close} className={css.sheet}>
      <SheetBody reading title={t("keys.shortcuts")} foot={<Button onClick={close}>{t("common.close")}</Button>}>
        <p className={css.intro}>{t("keys.intro")}</p>
        <div className={css.groups}>
          {groups.map((group) => {
            const here = commands.filter((c) => c.group === group && c.keys && !c.hidden);
            if (here.length === 0) return null;
            return (
              <section key={group}>
                <h3>{t(`keys.group_${group}`)}</h3>
                <dl>
                  {here.map((c) => (
                    <div key={c.id}>
                      <dt>{c.label}</dt>
                      <dd>
                        {c.keys?.map((k) => (
                          <kbd key={k}>{keyCaps(k)}</kbd>
                        ))}
                      </dd>
                    </div>
                  ))}
                </dl>
              </section>
            );
          })}
        </div>
      </SheetBody>
    </Sheet>
  );
}
