import { Button } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { get } from "../../api/client";
import { Sheet, SheetBody } from "../../parts/Sheet";
import { toast } from "../../parts/toast";
import { inWords } from "../../parts/trouble";
import { Checks, Switch } from "../form/fields";
import type { Rule } from "./queries";

/** Gives the reader rules as a file: all of them, or those that he chooses. */
export function ExportSheet({ rules, close }: { rules: Rule[]; close: () => void }) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState(() => rules.map((r) => r.id));
  const [busy, setBusy] = useState(false);
  const every = chosen.length === rules.length;
  async function save() {
    setBusy(true);
    try {
      const { file } = await get<{ file: string }>("/rules/export", every ? undefined : { rules: chosen.join(",") });
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([file], { type: "application/json" }));
      link.download = "rules.json";
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
      close();
    } catch (err) {
      toast(inWords(t, err), { tone: "bad" });
      setBusy(false);
    }
  }
  return (
    <Sheet label={t("rule.file.export")} close={close}>
      <SheetBody
        title={t("rule.file.export")}
        foot={
          <>
            <Button onClick={close}>{t("common.cancel")}</Button>
            <Button variant="filled" disabled={chosen.length === 0} loading={busy} onClick={() => void save()}>
              {t("rule.file.save")}
            </Button>
          </>
        }
      >
        <p>{t("rule.file.export_about")}</p>
        <Switch
          label={t("rule.file.every")}
          checked={every}
          change={(all) => setChosen(all ? rules.map((r) => r.id) : [])}
        />
        <Checks<number>
          legend={t("rule.file.which")}
          value={chosen}
          change={setChosen}
          options={rules.map((r) => [r.id, r.name] as const)}
        />
      </SheetBody>
    </Sheet>
  );
}
