import { Button } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { put } from "../../api/client";
import { conversationQuery } from "../../api/queries";
import type { Opened, Conversation as Row } from "../../api/types";
import { KeysRest, useCommands } from "../../app/keys";
import { useMe } from "../../app/session";
import { lookAt } from "../../live/live";
import { applyRow, knownRow } from "../../live/rows";
import { Bone, Late } from "../../parts/Skeleton";
import { useStored } from "../../parts/stored";
import { Failed } from "../../parts/Trouble";
import { Composer } from "../compose/Composer";
import type { Mode } from "../compose/state";
import { CustomerPanel } from "../customer/CustomerPanel";
import { Pinned } from "../customer/Pinned";
import { Divider } from "../Divider";
import { usualWidth } from "../widths";
import css from "./Conversation.module.css";
import { Header } from "./Header";
import { TimelineView } from "./TimelineView";

/** The open conversation of the address. */
export function OpenConversation() {
  const { number, view } = useParams({ from: "/inside/view/$view/$number" });
  return <Conversation key={number} number={Number(number)} view={view} />;
}

/** An open conversation with its composer, and the customer beside it. */
function Conversation({ number, view }: { number: number; view: string }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const found = useQuery(conversationQuery(number));
  const [usual] = useState(() => usualWidth(0.19, 260, 316));
  const [width, setWidth] = useStored("tellus-width-customer", usual);
  const [panel, setPanel] = useState(false);
  const opened = found.data;
  const row = opened?.conversation ?? knownRow(client, number);
  const lives = opened?.conversation.number;
  useEffect(() => {
    // The number of one that was merged leads to where it lives.
    if (lives && lives !== number)
      void navigate({ to: "/view/$view/$number", params: { view, number: String(lives) }, replace: true });
  }, [lives, number, view, navigate]);
  const back = () => void navigate({ to: "/view/$view", params: { view } });

  useCommands([{ id: "back", label: t("keys.back"), group: "go", keys: ["u"], run: back }]);
  // Asked for before the composer is there: it begins with it, and no letter meanwhile is taken for a command.
  const [soon, setSoon] = useState<Mode>();
  const early = { reply: "r", reply_all: "a", note: "n" } as const;
  useCommands(
    opened
      ? []
      : (Object.keys(early) as Mode[]).map((m) => ({
          id: `soon.${m}`,
          label: t(`compose.${m}`),
          group: "write",
          keys: [early[m]],
          hidden: true,
          run: () => setSoon(m),
        })),
  );
  usePresenceAndReading(opened);

  if (found.isError && !opened) {
    return (
      <>
        <h1 className="unseen">#{number}</h1>
        <Failed
          what={t("conversation.failed", { number })}
          error={found.error}
          retry={() => void found.refetch()}
          way={<Button onClick={back}>{t("keys.back")}</Button>}
        />
      </>
    );
  }
  return (
    <div className={css.place} style={{ "--customer-width": `${width}px` } as React.CSSProperties}>
      <div className={css.conversation}>
        {row ? (
          <Header row={row} opened={opened} view={view} back={back} showCustomer={() => setPanel(true)} />
        ) : (
          <div className={css.headBones}>
            <Late>
              <Bone width={260} height={18} />
            </Late>
          </div>
        )}
        {soon && !opened && <KeysRest />}
        {opened && <Pinned customer={opened.customer} />}
        {opened ? <TimelineView opened={opened} /> : <Waiting row={row} />}
        {opened && <Composer key={opened.conversation.id} opened={opened} begins={soon} />}
      </div>
      <aside className={css.side} data-shown={panel || undefined} aria-label={t("customer.label")}>
        <Divider
          label={t("desk.divider_customer")}
          value={width}
          min={260}
          max={480}
          set={setWidth}
          usual={usual}
          after
          className={css.wide}
        />
        {opened && <CustomerPanel key={opened.customer.id} opened={opened} view={view} close={() => setPanel(false)} />}
      </aside>
      {panel && (
        <button type="button" className={css.shade} aria-label={t("common.close")} onClick={() => setPanel(false)} />
      )}
    </div>
  );
}

/** Tells colleagues who looks at it, and the server what was read. */
function usePresenceAndReading(opened: Opened | undefined) {
  const client = useQueryClient();
  const me = useMe().id;
  const id = opened?.conversation.id;
  useEffect(() => {
    if (!id) return;
    lookAt(id);
    return () => lookAt(0);
  }, [id]);

  const newest = opened?.timeline.messages.reduce((max, m) => Math.max(max, m.id), 0) ?? 0;
  const unread = opened?.conversation.unread ?? false;
  const row = opened?.conversation;
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a newer message or a new mark is a reason
  useEffect(() => {
    if (!row || !newest || !unread) return;
    const read = () => {
      if (document.visibilityState !== "visible") return;
      document.removeEventListener("visibilitychange", read);
      applyRow(client, { ...row, unread: false }, me);
      // A lost mark is no loss: the next look sets it.
      put(`/conversations/${row.id}/read`, { message: newest }).catch(() => undefined);
    };
    const timer = setTimeout(read, 400);
    document.addEventListener("visibilitychange", read);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", read);
    };
  }, [id, newest, unread]);
}

function Waiting({ row }: { row: Row | undefined }) {
  return (
    <div className={css.waiting}>
      <Late>
        {[row ? 3 : 2, 2].map((lines, i) => (
          <div key={i} className={css.bones}>
            <Bone width={28} height={28} round />
            <div>
              <Bone width="30%" />
              {Array.from({ length: lines }, (_, n) => (
                <Bone key={n} width={`${92 - n * 14}%`} />
              ))}
            </div>
          </div>
        ))}
      </Late>
    </div>
  );
}
