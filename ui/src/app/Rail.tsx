import { Menu, useMantineColorScheme } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useRouterState } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { del, patch } from "../api/client";
import { viewsQuery } from "../api/queries";
import type { Profile } from "../api/types";
import { useFormat } from "../i18n/format";
import { speak } from "../i18n/i18n";
import { isLanguage, languages } from "../i18n/languages";
import { useLink } from "../live/live";
import { Avatar } from "../parts/Avatar";
import { Icon } from "../parts/Icon";
import { toast } from "../parts/toast";
import { inWords } from "../parts/trouble";
import css from "./Rail.module.css";
import { profileQuery, useMe } from "./session";

/** The house's rooms; on a narrow screen it lies at the foot. */
export function Rail() {
  const { t } = useTranslation();
  const format = useFormat();
  const path = useRouterState({ select: (s) => s.location.pathname });
  const mine = useQuery(viewsQuery).data?.find((v) => v.id === "mine");
  const onDesk = !path.startsWith("/settings");
  return (
    <nav className={css.rail} aria-label={t("rail.label")}>
      <span className={css.logo} aria-hidden="true">
        T
      </span>
      <Link to="/" className={css.room} data-on={onDesk || undefined} aria-current={onDesk ? "page" : undefined}>
        <Icon name="inbox" size={20} />
        <span>{t("rail.desk")}</span>
        {mine !== undefined && mine.count > 0 && (
          <b>
            <span aria-hidden="true">{mine.count > 99 ? "99+" : mine.count}</span>
            <span className="unseen">
              {t("rail.mine", { count: mine.count, shown: format.count(mine.count, mine.capped) })}
            </span>
          </b>
        )}
      </Link>
      <span className={css.gap} />
      <a
        href="/app/settings/profile"
        className={css.room}
        data-on={!onDesk || undefined}
        aria-current={onDesk ? undefined : "page"}
      >
        <Icon name="settings" size={20} />
        <span>{t("rail.settings")}</span>
      </a>
      <Own />
    </nav>
  );
}

function Own() {
  const { t, i18n } = useTranslation();
  const me = useMe();
  const client = useQueryClient();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const up = useLink() !== "lost";

  async function keep(change: Partial<Pick<Profile, "language" | "theme">>) {
    try {
      const next = await patch<Profile>("/profile", { ...change, version: me.version });
      client.setQueryData(profileQuery.queryKey, next);
    } catch (err) {
      toast(inWords(t, err), { tone: "bad" });
      void client.invalidateQueries({ queryKey: profileQuery.queryKey });
    }
  }

  async function leave() {
    await del("/session").catch(() => undefined); // a session that is over already is just as well
    client.clear();
    window.location.assign("/app/sign-in");
  }

  const themes = [
    ["auto", "system"],
    ["light", "light"],
    ["dark", "dark"],
  ] as const;
  return (
    <Menu position="right-end" width={230}>
      <Menu.Target>
        <button type="button" className={css.own} aria-label={t("rail.own", { name: me.name })}>
          <span className={css.ring} data-up={up || undefined}>
            <Avatar name={me.name} seed={`agent:${me.id}`} />
          </span>
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{me.name}</Menu.Label>
        <Menu.Item component="a" href="/app/settings/profile" leftSection={<Icon name="person" size={16} />}>
          {t("rail.profile")}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Label>{t("rail.theme")}</Menu.Label>
        {themes.map(([scheme, name]) => (
          <Menu.Item
            key={scheme}
            role="menuitemradio"
            aria-checked={colorScheme === scheme}
            rightSection={colorScheme === scheme ? <Icon name="check" size={14} /> : undefined}
            onClick={() => {
              setColorScheme(scheme);
              void keep({ theme: name });
            }}
          >
            {t(`rail.theme_${name}`)}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Label>{t("rail.language")}</Menu.Label>
        {Object.entries(languages).map(([code, name]) => (
          <Menu.Item
            key={code}
            role="menuitemradio"
            aria-checked={i18n.language === code}
            lang={code}
            rightSection={i18n.language === code ? <Icon name="check" size={14} /> : undefined}
            onClick={() => {
              if (isLanguage(code)) void speak(code).then(() => keep({ language: code }));
            }}
          >
            {name}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={<Icon name="out" size={16} />} onClick={leave}>
          {t("rail.sign_out")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
