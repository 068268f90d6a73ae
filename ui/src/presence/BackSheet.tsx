import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMe } from "../app/session";
import { useFormat } from "../i18n/format";
import { useNow } from "../i18n/now";
import { fieldOf, fromField } from "../i18n/zone";
import { DateInput } from "../parts/DateInput";
import { Sheet, SheetBody } from "../parts/Sheet";
import { formCss } from "../settings/form/fields";
import css from "./BackSheet.module.css";
import { useChoose } from "./own";
import { presenceQuery, type State } from "./queries";
import { reasonWords } from "./words";

const quarters = [15, 30, 60, 120];

/** Says why somebody is away and when he is back: the reader, or a colleague. */
export function BackSheet({ close, agent, name }: { close: () => void; agent?: number; name?: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const choose = useChoose();
  const zone = useMe().timeZone;
  const now = useNow();
  const reasons = useQuery(presenceQuery).data?.reasons.filter((r) => !r.ended) ?? [];
  const [state, setState] = useState<State>("away");
  const [reason, setReason] = useState(0);
  const [own, setOwn] = useState("");
  const [busy, setBusy] = useState(false);
  const until = fromField(own, zone);
  const past = until !== undefined && until <= now;
  const title = name ? t("presence.set_title", { name }) : t("presence.away_until");

  async function keep() {
    setBusy(true);
    const kept = await choose(
      {
        state,
        ...(state === "away" && reason ? { reason } : {}),
        ...(state !== "online" && until ? { until: new Date(until).toISOString() } : {}),
      },
      agent,
    );
    setBusy(false);
    if (kept) close();
  }
  return (
    <Sheet label={title} close={close}>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          if (!past) void keep();
        }}
      >
        <SheetBody
          title={title}
          foot={
            <>
              <Button onClick={close}>{t("common.cancel")}</Button>
              <Button type="submit" variant="filled" loading={busy} disabled={past}>
                {t("presence.keep")}
              </Button>
            </>
          }
        >
          <fieldset className={css.choices}>
            <legend>{t("presence.why_title")}</legend>
            {agent !== undefined && (
              <Radio on={state === "online"} set={() => setState("online")} label={t("presence.state.online")} />
            )}
            {reasons.map((r) => (
              <Radio
                key={r.id}
                on={state === "away" && reason === r.id}
                set={() => {
                  setState("away");
                  setReason(r.id);
                }}
                label={reasonWords(t, r)}
              />
            ))}
            <Radio
              on={state === "away" && reason === 0}
              set={() => {
                setState("away");
                setReason(0);
              }}
              label={t("presence.no_reason")}
            />
            <Radio on={state === "offline"} set={() => setState("offline")} label={t("presence.state.offline")} />
          </fieldset>
          {state !== "online" && (
            <fieldset className={css.choices}>
              <legend>{t("presence.back_title")}</legend>
              <div className={css.quarters}>
                {quarters.map((n) => (
                  <button type="button" key={n} onClick={() => setOwn(fieldOf(now + n * 60_000, zone))}>
                    {format.span(n * 60_000)}
                  </button>
                ))}
                <button type="button" aria-pressed={own === ""} onClick={() => setOwn("")}>
                  {t("presence.open_end")}
                </button>
              </div>
              <DateInput
                time
                className={formCss.input}
                label={t("presence.back_at")}
                value={own}
                min={fieldOf(now, zone)}
                change={setOwn}
              />
              {past && <p role="alert">{t("presence.past")}</p>}
            </fieldset>
          )}
        </SheetBody>
      </form>
    </Sheet>
  );
}

function Radio({ on, set, label }: { on: boolean; set: () => void; label: string }) {
  return (
    <label className={css.radio}>
      <input type="radio" name="state" checked={on} onChange={set} />
      {label}
    </label>
  );
}
