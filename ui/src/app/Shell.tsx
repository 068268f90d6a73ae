import { useQueryClient } from "@tanstack/react-query";
import { Outlet, useNavigate, useRouter } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { onSignedOut, post } from "../api/client";
import { isProblem } from "../api/problem";
import type { Conversation } from "../api/types";
import { recall } from "../desk/compose/recall";
import { keepWords } from "../desk/compose/useDraft";
import { show } from "../desk/compose/useSend";
import { flush } from "../desk/outbox";
import { loadWords } from "../i18n/i18n";
import { goLive, useLink } from "../live/live";
import { takeBack, toast } from "../parts/toast";
import { inWords } from "../parts/trouble";
import { fetchAhead, renewWithServer } from "./ahead";
import { ConnectionLine } from "./ConnectionLine";
import { type Command, KeysRest, listenToKeys, useCommands } from "./keys";
import { Rail } from "./Rail";
import css from "./Shell.module.css";
import { useMay, useMe } from "./session";

// A function of its own: the bundler would leave a handler of failures right behind import() out where it is the styles that fail.
const loadPalette = () => import("./Palette");
const LatePalette = lazy(() => loadPalette().then((m) => ({ default: m.Palette })));
let palette: typeof LatePalette | typeof import("./Palette").Palette = LatePalette;
const RecordSheet = lazy(() => import("../desk/compose/RecordSheet").then((m) => ({ default: m.RecordSheet })));
const Shortcuts = lazy(() => import("./Shortcuts").then((m) => ({ default: m.Shortcuts })));

/** What stands around every signed-in screen: the rail, the live line, the keyboard, the palette. */
export function Shell() {
  const { t } = useTranslation();
  const me = useMe();
  const mayWrite = useMay("conversation.write");
  const client = useQueryClient();
  const navigate = useNavigate();
  const [over, setOver] = useState<"" | "palette" | "shortcuts" | "record">("");

  useEffect(() => goLive(client, me.id), [client, me.id]);
  const router = useRouter();
  useEffect(() => listenToKeys(router), [router]);
  useEffect(fetchAhead, []);
  useEffect(renewWithServer, []);
  useEffect(() => {
    const timer = setTimeout(() => void import("../notices/worker").then((m) => m.startWorker()).catch(() => {}), 2000);
    return () => clearTimeout(timer);
  }, []);
  useSendLater();
  // Words for refusals and rare snoozes are not worth making the first screen wait; without them plainer ones are said.
  useEffect(() => void loadWords("form").catch(() => {}), []);
  useEffect(() => {
    // Whoever presses ⌘K types on at once: it has to be there by then.
    const timer = setTimeout(
      () =>
        void loadPalette().then(
          (m) => (palette = m.Palette),
          () => undefined, // no connection: it is asked for again when it is opened
        ),
      1200,
    );
    return () => clearTimeout(timer);
  }, []);
  useEffect(
    () =>
      onSignedOut(() => {
        client.clear();
        window.location.assign(`/app/sign-in?${new URLSearchParams({ to: window.location.pathname })}`);
      }),
    [client],
  );

  const views: [string, string][] = [
    ["mine", "g i"],
    ["unassigned", "g u"],
    ["all", "g a"],
    ["waiting", "g w"],
    ["mentions", "g m"],
    ["following", "g f"],
    ["snoozed", "g s"],
    ["drafts", "g d"],
    ["finished", "g e"],
    ["spam", "g x"],
    ["trash", "g t"],
  ];
  /** Takes what nobody has and is due first, and opens it. */
  const takeNext = async () => {
    try {
      const taken = await post<Conversation>("/conversations/next", {});
      await navigate({ to: "/view/$view/$number", params: { view: "mine", number: String(taken.number) } });
    } catch (err) {
      if (isProblem(err, "not_found")) toast(t("keys.nothing_waits"));
      else toast(inWords(t, err), { tone: "bad" });
    }
  };
  const commands: Command[] = [
    {
      id: "palette",
      label: t("keys.palette"),
      group: "app",
      keys: ["mod+k"],
      icon: "search",
      everywhere: true,
      run: () => setOver("palette"),
    },
    {
      id: "palette.slash",
      label: t("keys.palette"),
      group: "app",
      keys: ["/"],
      hidden: true,
      run: () => setOver("palette"),
    },
    { id: "undo", label: t("common.undo"), group: "app", keys: ["z"], run: takeBack },
    { id: "shortcuts", label: t("keys.shortcuts"), group: "app", keys: ["?"], run: () => setOver("shortcuts") },
    ...views.map(
      ([view, keys]): Command => ({
        id: `go.${view}`,
        label: t(`view.${view}`),
        group: "go",
        keys: [keys],
        icon: "inbox",
        run: () => void navigate({ to: "/view/$view", params: { view } }),
      }),
    ),
  ];
  commands.push({
    id: "go.settings",
    label: t("rail.settings"),
    group: "go",
    keys: ["g o"],
    icon: "settings",
    run: () => void navigate({ to: "/settings/$", params: { _splat: "" } }),
  });
  commands.push({
    id: "go.promises",
    label: t("view.promises"),
    group: "go",
    keys: ["g p"],
    icon: "clock",
    run: () => void navigate({ to: "/promises", search: { whose: "mine" } }),
  });
  if (mayWrite) {
    commands.push({
      id: "new",
      label: t("keys.new"),
      group: "write",
      keys: ["c"],
      icon: "pencil",
      run: () => void navigate({ to: "/new", search: {} }),
    });
  }
  if (mayWrite) {
    commands.push({
      id: "next",
      label: t("keys.take_next"),
      group: "write",
      keys: ["shift+n"],
      icon: "inbox",
      run: () => void takeNext(),
    });
    commands.push({
      id: "go.begun",
      label: t("draft.title"),
      group: "go",
      keys: ["g n"],
      icon: "pencil",
      run: () => void navigate({ to: "/drafts" }),
    });
    commands.push({
      id: "record.new",
      label: t("keys.record"),
      group: "write",
      keys: ["shift+c"],
      icon: "phone",
      run: () => setOver("record"),
    });
  }
  useCommands(commands);

  const Palette = palette;
  return (
    <div className={css.shell}>
      <a className={css.skip} href="#main">
        {t("shell.skip")}
      </a>
      <ConnectionLine />
      <Rail />
      <div className={css.screen}>
        <Outlet />
      </div>
      <Suspense fallback={<KeysRest />}>
        {over === "palette" && <Palette close={() => setOver("")} />}
        {over === "record" && <RecordSheet close={() => setOver("")} />}
        {over === "shortcuts" && <Shortcuts close={() => setOver("")} />}
      </Suspense>
    </div>
  );
}

/** Sends what waited for the connection as soon as it is back; what the server refuses goes back to its writer. */
function useSendLater() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const link = useLink();
  useEffect(() => {
    if (link !== "up") return;
    void flush(
      (u, m) => show(client, u.number, m),
      (u, err) => {
        toast(t("compose.refused_later", { number: u.number, why: inWords(t, err) }), { tone: "bad", stays: 20_000 });
        const back = { html: u.body.html ?? "", note: u.kind === "notes", recipients: u.body };
        if (!recall(u.conversation, back)) keepWords(u.conversation, back.note, back.html, u.body);
      },
    );
  }, [link, client, t]);
}
