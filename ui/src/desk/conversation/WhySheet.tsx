import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Message } from "../../api/types";
import { Sheet, SheetBody } from "../../parts/Sheet";
import { spamWords, threadWords } from "./reasons";
import css from "./WhySheet.module.css";

/** Why a message landed in this conversation, what the checks of its sender said, and what counted for or against spam. */
export function WhySheet({ message: m, close }: { message: Message; close: () => void }) {
  const { t } = useTranslation();
  const v = m.verdicts;
  const checks = v ? (["spf", "dkim", "dmarc"] as const).filter((k) => v[k]) : [];
  return (
    <Sheet label={t("why.title")} close={close}>
      <SheetBody title={t("why.title")} foot={<Button onClick={close}>{t("common.close")}</Button>}>
        <section className={css.part}>
          <h3>{t("why.here")}</h3>
          <ul>
            {(m.threading ?? []).map((r, i) => (
              <li key={i}>{threadWords(t as never, r)}</li>
            ))}
            {!m.threading?.length && <li>{t("threading.no_match")}</li>}
          </ul>
        </section>
        {checks.length > 0 && v && (
          <section className={css.part}>
            <h3>{t("why.sender", { domain: v.from || m.from.address.replace(/^.*@/, "") })}</h3>
            <ul>
              {checks.map((k) => (
                <li key={k}>{t("warning.check", { check: k.toUpperCase(), result: t(`verdict.${v[k]}`) })}</li>
              ))}
            </ul>
          </section>
        )}
        {(m.spamReasons?.length ?? 0) > 0 && (
          <section className={css.part}>
            <h3>{t("why.spam", { percent: Math.round((m.spamScore ?? 0) * 100) })}</h3>
            <ul>
              {m.spamReasons?.map((r, i) => (
                <li key={i}>
                  {spamWords(t as never, r)}{" "}
                  <span className={css.weight}>{t((r.weight ?? 0) > 0 ? "why.against" : "why.for")}</span>
                </li>
              ))}
            </ul>
          </section>
        )}
      </SheetBody>
    </Sheet>
  );
}
