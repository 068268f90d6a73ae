import { Menu, useMantineColorScheme } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { del, patch } from "../api/client";
import type { Profile } from "../api/types";
import { speak } from "../i18n/i18n";
import { isLanguage, languages } from "../i18n/languages";
import { Icon } from "../parts/Icon";
import { LateMenu } from "../parts/LateMenu";
import type { Face } from "../parts/OnReach";
import { toast } from "../parts/toast";
import { inWords } from "../parts/trouble";
import { PresenceItems } from "../presence/Items";
import css from "./Rail.module.css";
import { profileQuery, useMe } from "./session";

/** Profile, theme, language, sign out. */
export function OwnMenu(menu: { face: Face; open: boolean; setOpen: (open: boolean) => void }) {
  const { t, i18n } = useTranslation();
  const me = useMe();
  const client = useQueryClient();
  const { colorScheme, setColorScheme } = useMantineColorScheme();

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
    <LateMenu {...menu} position="right-end" width={230} className={css.menu}>
      <Menu.Label>{me.name}</Menu.Label>
      <PresenceItems />
      <Menu.Divider />
      <Menu.Item
        component={Link}
        to="/settings/$"
        params={{ _splat: "profile" } as never}
        leftSection={<Icon name="person" size={16} />}
      >
        {t("rail.profile")}
      </Menu.Item>
      <Menu.Divider />
      <Menu.Label>{t("rail.theme")}</Menu.Label>
      {themes.map(([scheme, name]) => (
        <Menu.RadioItem
          key={scheme}
          value={scheme}
          checked={colorScheme === scheme}
          onChange={() => {
            setColorScheme(scheme);
            void keep({ theme: name });
          }}
        >
          {t(`rail.theme_${name}`)}
        </Menu.RadioItem>
      ))}
      <Menu.Divider />
      <Menu.Label>{t("rail.language")}</Menu.Label>
      {Object.entries(languages).map(([code, name]) => (
        <Menu.RadioItem
          key={code}
          value={code}
          checked={i18n.language === code}
          lang={code}
          onChange={() => {
            if (isLanguage(code)) void speak(code).then(() => keep({ language: code }));
          }}
        >
          {name}
        </Menu.RadioItem>
      ))}
      <Menu.Divider />
      <Menu.Item leftSection={<Icon name="out" size={16} />} onClick={leave}>
        {t("rail.sign_out")}
      </Menu.Item>
    </LateMenu>
  );
}
