import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { get, post } from "../../api/client";
import { macrosQuery } from "../../desk/compose/macro/queries";
import type { Audience } from "../../desk/compose/macro/types";
import { Pill } from "../../parts/Pill";
import { Sheet, SheetBody } from "../../parts/Sheet";
import { toast } from "../../parts/toast";
import { inWords } from "../../parts/trouble";
import list from "../list.module.css";

interface Line {
  folder: string;
  name: string;
  audience: Audience;
  will: "make" | "change" | "same" | "refuse";
  why?: string;
  missing: string[];
}

interface Imported {
  items: Line[];
  made: number;
  changed: number;
}

/** Gives the reader the macros that he may change, as a file. */
export async function exportMacros() {
  const { file } = await get<{ file: string }>("/macros/export");
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([file], { type: "application/json" }));
  link.download = "macros.json";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

const tones = { make: "ok", change: "warn", same: "grey", refuse: "late" } as const;

/** Reads a file of macros, shows what would become of each, and does it when told to. */
export function ImportSheet({ close }: { close: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const input = useRef<HTMLInputElement>(null);
  const [file, setFile] = useState("");
  const [plan, setPlan] = useState<Imported>();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");

  async function ask(text: string, dry: boolean) {
    setBusy(true);
    setProblem("");
    try {
      const found = await post<Imported>("/macros/import", { file: text, dry });
      setPlan(found);
      if (!dry) {
        await client.invalidateQueries({ queryKey: macrosQuery.queryKey });
        toast(t("macro.file.done", { made: found.made, changed: found.changed }));
        close();
      }
    } catch (err) {
      setPlan(undefined);
      setProblem(inWords(t, err));
    }
    setBusy(false);
  }
  const todo = plan ? plan.made + plan.changed : 0;
  return (
    <Sheet label={t("macro.file.import")} close={close}>
      <SheetBody
        title={t("macro.file.import")}
        foot={
          <>
            <Button onClick={close}>{t("common.cancel")}</Button>
            <Button variant="filled" disabled={todo === 0} loading={busy} onClick={() => void ask(file, false)}>
              {t("macro.file.import_do", { count: todo })}
            </Button>
          </>
        }
      >
        <p>{t("macro.file.about")}</p>
        <Button onClick={() => input.current?.click()}>{t("macro.file.choose")}</Button>
        <input
          ref={input}
          type="file"
          accept="application/json,.json"
          hidden
          tabIndex={-1}
          aria-label={t("macro.file.choose")}
          onChange={async (e) => {
            const chosen = e.target.files?.[0];
            e.target.value = "";
            if (!chosen) return;
            const text = await chosen.text();
            setFile(text);
            await ask(text, true);
          }}
        />
        {problem && <p role="alert">{problem}</p>}
        {plan && (
          <section aria-live="polite" aria-label={t("macro.file.plan")}>
            {plan.items.length === 0 && <p>{t("macro.file.nothing")}</p>}
            {plan.items.map((l, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: lines of a file have nothing else, and stay where they are
              <div key={i} className={list.row}>
                <div className={list.body}>
                  <div className={list.name}>
                    {l.folder ? `${l.folder} › ${l.name}` : l.name || "–"}
                    <Pill tone={tones[l.will]}>{t(`macro.file.${l.will}`)}</Pill>
                  </div>
                  <div className={list.quiet}>
                    {t(`macro.edit.${l.audience}`)}
                    {l.why && ` · ${t(`form.refusal.${l.why}`)}`}
                    {l.missing.length > 0 && ` · ${t("macro.file.missing", { what: l.missing.join(", ") })}`}
                  </div>
                </div>
              </div>
            ))}
          </section>
        )}
      </SheetBody>
    </Sheet>
  );
}
