import { Button } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Conversation } from "../../api/types";
import { useCommands } from "../../app/keys";
import { useMe } from "../../app/session";
import { useFormat } from "../../i18n/format";
import { useNow } from "../../i18n/now";
import { fieldOf, fromField } from "../../i18n/zone";
import { DateInput } from "../../parts/DateInput";
import { Choice, Pick, PickTitle } from "../../parts/Pick";
import { lately, useLate } from "../../parts/useLate";
import { useChange } from "./change";
import css from "./Menus.module.css";
import { snoozeTimes } from "./snooze";

const eventsCode = lately(() => import("./SnoozeEvents"));

/** Puts a conversation off until a time; it comes back by itself. */
export function SnoozeMenu({ row }: { row: Conversation }) {
  const { t } = useTranslation();
  const format = useFormat();
  const change = useChange();
  const zone = useMe().timeZone;
  const now = useNow();
  const [open, setOpen] = useState(false);
  const [own, setOwn] = useState("");
  const times = snoozeTimes(now, zone);
  const Events = useLate(eventsCode, open);
  const until = (at: number) => {
    setOpen(false);
    void change(
      row,
      { snoozedUntil: new Date(at).toISOString() },
      t("change.snoozed", { when: format.weekdayMoment(at) }),
    );
  };
  useCommands([
    {
      id: "snooze",
      label: t("conversation.snooze"),
      group: "conversation",
      keys: ["s"],
      icon: "clock",
      run: () => setOpen(true),
    },
  ]);
  const ownAt = fromField(own, zone);
  return (
    <Pick
      label={t("snooze.title")}
      open={open}
      setOpen={setOpen}
      target={
        <Button className={css.foldable} onClick={() => setOpen(!open)}>
          {t("conversation.snooze")}
        </Button>
      }
    >
      <PickTitle>{t("snooze.title")}</PickTitle>
      {(row.snoozedUntil || row.untilReply) && (
        <Choice
          run={() => {
            setOpen(false);
            void change(row, { wake: true });
          }}
        >
          {t("snooze.wake")}
        </Choice>
      )}
      {times.map((s) => (
        <Choice key={s.key} right={format.weekdayMoment(s.at)} run={() => until(s.at)}>
          {t(`snooze.${s.key}`)}
        </Choice>
      ))}
      <Choice
        run={() => {
          setOpen(false);
          void change(row, { await: true }, t("change.snoozed_reply"));
        }}
      >
        {t("snooze.reply")}
      </Choice>
      {Events && (
        <Events
          row={row}
          until={(on, words) => {
            setOpen(false);
            void change(row, { wakeOn: on }, words);
          }}
        />
      )}
      <form
        className={css.own}
        onSubmit={(e) => {
          e.preventDefault();
          if (ownAt && ownAt > Date.now()) until(ownAt);
        }}
      >
        <DateInput time label={t("snooze.own")} value={own} min={fieldOf(now, zone)} change={setOwn} />
        <Button type="submit" size="xs" disabled={!ownAt || ownAt <= now}>
          {t("snooze.set")}
        </Button>
      </form>
    </Pick>
  );
}
