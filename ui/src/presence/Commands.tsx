import { useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Command, useCommands } from "../app/keys";
import { useMay } from "../app/session";
import { BackSheet } from "./BackSheet";
import { onAskBack, useChoose, useOwn } from "./own";
import { reasonWords } from "./words";

/** What the palette and the keyboard can do about being there, and the sheet that asks for a time. */
export default function Commands() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const choose = useChoose();
  const mayManage = useMay("presence.manage");
  const { own, reasons } = useOwn();
  const [asking, setAsking] = useState(false);
  useEffect(() => onAskBack(() => setAsking(true)), []);
  const commands: Command[] = own
    ? [
        {
          id: "presence.online",
          label: t("presence.be_online"),
          group: "app",
          icon: "check",
          run: () => void choose({ state: "online" }),
        },
        ...reasons.map(
          (r): Command => ({
            id: `presence.away${r.id}`,
            label: t("presence.be_away", { reason: reasonWords(t, r) }),
            group: "app",
            icon: "clock",
            run: () => void choose({ state: "away", reason: r.id }),
          }),
        ),
        {
          id: "presence.until",
          label: t("presence.away_until"),
          group: "app",
          keys: ["shift+b"],
          icon: "clock",
          run: () => setAsking(true),
        },
        {
          id: "presence.offline",
          label: t("presence.be_offline"),
          group: "app",
          icon: "out",
          run: () => void choose({ state: "offline" }),
        },
      ]
    : [];
  if (mayManage) {
    commands.push({
      id: "go.here",
      label: t("presence.here.title"),
      group: "go",
      keys: ["g h"],
      icon: "eye",
      run: () => void navigate({ to: "/settings/$", params: { _splat: "here" } }),
    });
  }
  useCommands(commands);
  return asking ? <BackSheet close={() => setAsking(false)} /> : null;
}
