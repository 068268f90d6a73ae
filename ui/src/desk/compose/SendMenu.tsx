import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Conversation } from "../../api/types";
import { useCommands } from "../../app/keys";
import { useMe } from "../../app/session";
import { useFormat } from "../../i18n/format";
import { useNow } from "../../i18n/now";
import { fieldOf, fromField } from "../../i18n/zone";
import { Icon } from "../../parts/Icon";
import { Choice, Pick, PickTitle } from "../../parts/Pick";
import SnoozeEvents from "../conversation/SnoozeEvents";
import { snoozeTimes } from "../conversation/snooze";
import css from "./SendMenu.module.css";
import type { Timing } from "./useSend";

interface Props {
  /** The conversation that is answered; a new mail has none. */
  row?: Conversation;
  disabled: boolean;
  go: (then: "keep" | "waiting", timing: Timing) => void;
}

/** The other ways to send: keep the conversation, put it off, or let the mail leave at a time to come. */
export default function SendMenu({ row, disabled, go }: Props) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  useCommands([
    {
      id: "compose.send_later",
      label: t("compose.more_ways"),
      group: "write",
      icon: "clock",
      run: () => !disabled && setOpen(true),
    },
  ]);
  return (
    <Pick
      label={t("compose.more_ways")}
      open={open}
      setOpen={setOpen}
      target={
        <button
          type="button"
          className={css.more}
          disabled={disabled}
          aria-label={t("compose.more_ways")}
          title={t("compose.more_ways")}
          onClick={() => setOpen(!open)}
        >
          <Icon name="clock" size={17} />
        </button>
      }
    >
      <Ways
        row={row}
        go={(then, timing) => {
          setOpen(false);
          go(then, timing);
        }}
      />
    </Pick>
  );
}

function Ways({ row, go }: { row?: Conversation; go: Props["go"] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const zone = useMe().timeZone;
  const now = useNow();
  const [own, setOwn] = useState("");
  const times = snoozeTimes(now, zone);
  const ownAt = fromField(own, zone);
  const iso = (at: number) => new Date(at).toISOString();
  return (
    <>
      <PickTitle>{t("compose.send_later")}</PickTitle>
      {times.map((s) => (
        <Choice key={s.key} right={format.weekdayMoment(s.at)} run={() => go("waiting", { sendAt: iso(s.at) })}>
          {t(`snooze.${s.key}`)}
        </Choice>
      ))}
      <form
        className={css.own}
        onSubmit={(e) => {
          e.preventDefault();
          if (ownAt && ownAt > Date.now()) go("waiting", { sendAt: iso(ownAt) });
        }}
      >
        <input
          type="datetime-local"
          aria-label={t("snooze.own")}
          value={own}
          min={fieldOf(now, zone)}
          onChange={(e) => setOwn(e.target.value)}
        />
        <button type="submit" disabled={!ownAt || ownAt <= now}>
          {t("compose.schedule")}
        </button>
      </form>
      <PickTitle>{t("compose.send_now_and")}</PickTitle>
      <Choice run={() => go("keep", {})}>{t("compose.and_keep")}</Choice>
      <Choice run={() => go("waiting", { await: true })}>{t("compose.and_await")}</Choice>
      {times.slice(0, 2).map((s) => (
        <Choice key={s.key} right={format.weekdayMoment(s.at)} run={() => go("waiting", { snooze: iso(s.at) })}>
          {t("compose.and_snooze")}
        </Choice>
      ))}
      {row && <SnoozeEvents row={row} until={(on) => go("waiting", { wakeOn: on })} />}
    </>
  );
}
