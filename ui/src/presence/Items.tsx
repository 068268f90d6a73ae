import { Menu } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Icon } from "../parts/Icon";
import { askBack, useChoose, useOwn } from "./own";
import { reasonWords } from "./words";

/** How the reader stands, in his own menu. */
export function PresenceItems() {
  const { t } = useTranslation();
  const choose = useChoose();
  const { own, reasons, channels } = useOwn();
  if (!own) return null;
  const refuses = (channel: string) => own.refuses.includes(channel);
  const chosen = own.why === "chosen";
  return (
    <>
      <Menu.Label>{t("presence.own")}</Menu.Label>
      <Menu.RadioItem value="online" checked={own.state === "online"} onChange={() => void choose({ state: "online" })}>
        {t("presence.state.online")}
      </Menu.RadioItem>
      {reasons.map((r) => (
        <Menu.RadioItem
          key={r.id}
          value={`away${r.id}`}
          checked={chosen && own.state === "away" && own.reason === r.id}
          onChange={() => void choose({ state: "away", reason: r.id })}
        >
          {t("presence.away_for", { reason: reasonWords(t, r) })}
        </Menu.RadioItem>
      ))}
      <Menu.Item leftSection={<Icon name="clock" size={16} />} onClick={askBack}>
        {t("presence.away_until")}
      </Menu.Item>
      <Menu.RadioItem
        value="offline"
        checked={own.state === "offline"}
        onChange={() => void choose({ state: "offline" })}
      >
        {t("presence.state.offline")}
      </Menu.RadioItem>
      <Menu.Label>{t("presence.takes_now")}</Menu.Label>
      {channels.map((c) => (
        <Menu.CheckboxItem
          key={c}
          checked={!refuses(c)}
          onChange={() =>
            void choose({
              ...(chosen
                ? {
                    state: own.state,
                    ...(own.reason ? { reason: own.reason } : {}),
                    ...(own.until ? { until: own.until } : {}),
                  }
                : { state: "online" as const }),
              refuses: refuses(c) ? own.refuses.filter((x) => x !== c) : [...own.refuses, c],
            })
          }
        >
          {t(`presence.channel.${c}`)}
        </Menu.CheckboxItem>
      ))}
    </>
  );
}
