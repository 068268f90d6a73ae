import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { post } from "../../api/client";
import type { components } from "../../api/schema";
import { Pill } from "../../parts/Pill";
import { Sheet, SheetBody } from "../../parts/Sheet";
import { toast } from "../../parts/toast";
import { inWords, reasonWords } from "../../parts/trouble";
import { SelectField } from "../form/fields";
import list from "../list.module.css";
import { rulesQuery } from "./queries";

type Schemas = components["schemas"];
type Plan = Schemas["ImportedRulesBody"];
type Named = Plan["lacks"][number];
type Lack = Pick<Named, "kind" | "of" | "name">;
type Swap = Lack & { with: number };

const tones = { make: "ok", same: "grey", lacks: "late", refuse: "late", leave: "grey" } as const;
const alike = (a: Lack, b: Lack) => a.kind === b.kind && (a.of ?? "") === (b.of ?? "") && a.name === b.name;

/** Reads a file of rules, shows what would become of each, lets the reader choose what stands for names that are not known here, and imports when told to. */
export function ImportSheet({ close }: { close: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const input = useRef<HTMLInputElement>(null);
  const [file, setFile] = useState("");
  const [swaps, setSwaps] = useState<(Named & { with: number })[]>([]);
  const [leave, setLeave] = useState<number[]>([]);
  const [plan, setPlan] = useState<Plan>();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");

  async function ask(text: string, swaps: Swap[], leave: number[], dry: boolean) {
    setBusy(true);
    setProblem("");
    try {
      const chosen = swaps.map(({ kind, of, name, with: id }) => ({ kind, name, with: id, ...(of && { of }) }));
      const found = await post<Plan>("/rules/import", { file: text, swaps: chosen, leave, dry });
      setPlan(found);
      if (!dry) {
        await client.invalidateQueries({ queryKey: rulesQuery.queryKey });
        toast(t("rule.file.done", { count: found.made }));
        close();
      }
    } catch (err) {
      if (dry) setPlan(undefined);
      setProblem(inWords(t, err));
    }
    setBusy(false);
  }
  const todo = plan?.made ?? 0;
  const names = [
    ...swaps,
    ...(plan?.lacks ?? []).filter((l) => !swaps.some((s) => alike(s, l))).map((l) => ({ ...l, with: 0 })),
  ];
  const swap = (lack: (typeof names)[number], id: number) => {
    const rest = swaps.filter((s) => !alike(s, lack));
    const now = id ? [...rest, { ...lack, with: id }] : rest;
    setSwaps(now);
    void ask(file, now, leave, true);
  };
  const take = (at: number, on: boolean) => {
    const now = on ? leave.filter((i) => i !== at) : [...leave, at];
    setLeave(now);
    void ask(file, swaps, now, true);
  };
  return (
    <Sheet label={t("rule.file.import")} close={close}>
      <SheetBody
        title={t("rule.file.import")}
        foot={
          <>
            <Button onClick={close}>{t("common.cancel")}</Button>
            <Button
              variant="filled"
              disabled={todo === 0}
              loading={busy}
              onClick={() => void ask(file, swaps, leave, false)}
            >
              {t("rule.file.import_do", { count: todo })}
            </Button>
          </>
        }
      >
        <p>{t("rule.file.about")}</p>
        <Button onClick={() => input.current?.click()}>{t("rule.file.choose")}</Button>
        <input
          ref={input}
          type="file"
          accept="application/json,.json"
          hidden
          tabIndex={-1}
          aria-label={t("rule.file.choose")}
          onChange={async (e) => {
            const chosen = e.target.files?.[0];
            e.target.value = "";
            if (!chosen) return;
            const text = await chosen.text();
            setFile(text);
            setSwaps([]);
            setLeave([]);
            await ask(text, [], [], true);
          }}
        />
        {problem && <p role="alert">{problem}</p>}
        {plan && names.length > 0 && (
          <section aria-label={t("rule.file.stand")}>
            <h3>{t("rule.file.stand")}</h3>
            <p>{t("rule.file.stand_about")}</p>
            {names.map((l) => (
              <SelectField<number>
                key={`${l.kind} ${l.of ?? ""} ${l.name}`}
                label={t(`rule.file.${l.kind}`, { name: l.name })}
                value={l.with}
                change={(id) => swap(l, id)}
                options={[[0, t("rule.file.leave_out")], ...l.offers.map((o) => [o.id, o.name] as const)]}
              />
            ))}
          </section>
        )}
        {plan && (
          <section aria-live="polite" aria-label={t("rule.file.plan")}>
            {plan.items.length === 0 && <p>{t("rule.file.nothing")}</p>}
            {plan.items.map((l, at) => (
              <div key={at} className={list.row}>
                <div className={list.body}>
                  <div className={list.name}>
                    {(l.will === "make" || l.will === "leave") && (
                      <input
                        type="checkbox"
                        checked={!leave.includes(at)}
                        aria-label={t("rule.file.take", { name: l.name })}
                        onChange={(e) => take(at, e.target.checked)}
                      />
                    )}
                    {l.name || "–"}
                    <Pill tone={tones[l.will]}>{t(`rule.file.${l.will}`)}</Pill>
                  </div>
                  {(l.why || l.lacks.length > 0) && (
                    <div className={list.quiet}>
                      {l.why &&
                        [
                          reasonWords(t, { reason: l.why, values: l.values as Record<string, unknown> }) ?? l.why,
                          l.at && t("rule.file.at", { at: l.at.replace(/^body\./, "") }),
                        ]
                          .filter(Boolean)
                          .join(" · ")}
                      {l.lacks.length > 0 && t("rule.file.missing", { what: l.lacks.map((x) => x.name).join(", ") })}
                    </div>
                  )}
                </div>
              </div>
            ))}
          </section>
        )}
      </SheetBody>
    </Sheet>
  );
}
