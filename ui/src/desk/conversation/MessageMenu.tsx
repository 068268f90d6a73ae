import { useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { base, post } from "../../api/client";
import type { Message, Opened } from "../../api/types";
import { useMay } from "../../app/session";
import { loadWords } from "../../i18n/i18n";
import { Icon } from "../../parts/Icon";
import { OnReach } from "../../parts/OnReach";
import { toast } from "../../parts/toast";
import { inWords } from "../../parts/trouble";
import { ask } from "./join/ask";
import css from "./MessageView.module.css";

const load = () => import("./MessageItems");
const MessageItems = lazy(load);
const WhySheet = lazy(() =>
  Promise.all([import("./WhySheet"), loadWords("mail")]).then(([m]) => ({ default: m.WhySheet })),
);
const MoveSheet = lazy(() => import("./MoveSheet").then((m) => ({ default: m.MoveSheet })));
const RedactSheet = lazy(() =>
  Promise.all([import("./RedactSheet"), loadWords("mail")]).then(([m]) => ({ default: m.RedactSheet })),
);
const EraseSheet = lazy(() =>
  Promise.all([import("./EraseSheet"), loadWords("mail")]).then(([m]) => ({ default: m.EraseSheet })),
);

/** What can be done with one message. */
export function MessageMenu({ message: m, opened }: { message: Message; opened: Opened }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const mayWrite = useMay("conversation.write");
  const mayErase = useMay("conversation.erase");
  const [open, setOpen] = useState(false);
  const [over, setOver] = useState<"" | "why" | "move" | "redact" | "erase">("");
  const fresh = () => client.invalidateQueries({ queryKey: ["conversation", opened.conversation.number] });

  async function takeBack() {
    try {
      await post(`/messages/${m.id}/cancel`);
      await fresh();
    } catch (err) {
      toast(inWords(t, err), { tone: "bad" });
      void fresh();
    }
  }

  const why = m.kind === "incoming" && (m.threading?.length || m.spamReasons?.length || m.verdicts);
  const move = mayWrite && m.kind === "incoming";
  const redact = mayErase && !m.erasedAt && m.text !== "";
  const erase = mayErase && !m.erasedAt && m.state !== "queued" && m.state !== "sending";
  const cancel = mayWrite && m.state === "queued";
  const forward = mayWrite && m.kind !== "note" && m.authorKind !== "system" && !m.erasedAt && m.state !== "cancelled";
  const any = m.raw || why || forward || move || redact || erase || cancel;
  const face = (
    <button type="button" className={css.menu} aria-label={t("message.menu")}>
      <Icon name="more" size={16} />
    </button>
  );
  return (
    <span className={css.actions}>
      {m.raw && (
        <a href={`${base}/messages/${m.id}/raw`} download title={t("message.original_title")}>
          {t("message.original")}
        </a>
      )}
      {any && (
        <OnReach face={face} open={open} setOpen={setOpen} load={load}>
          <MessageItems
            face={face}
            open={open}
            setOpen={setOpen}
            raw={m.raw ? `${base}/messages/${m.id}/raw` : undefined}
            takeBack={cancel ? () => void takeBack() : undefined}
            offers={[
              ...(why ? (["why"] as const) : []),
              ...(forward ? (["forward"] as const) : []),
              ...(move ? (["move"] as const) : []),
            ]}
            harms={[...(redact ? (["redact"] as const) : []), ...(erase ? (["erase"] as const) : [])]}
            choose={(sheet) => (sheet === "forward" ? ask("forward", m.id) : setOver(sheet))}
          />
        </OnReach>
      )}
      <Suspense>
        {over === "why" && <WhySheet message={m} close={() => setOver("")} />}
        {over === "move" && <MoveSheet message={m} opened={opened} close={() => setOver("")} />}
        {over === "redact" && <RedactSheet message={m} close={() => setOver("")} done={fresh} />}
        {over === "erase" && <EraseSheet message={m} close={() => setOver("")} done={fresh} />}
      </Suspense>
    </span>
  );
}
