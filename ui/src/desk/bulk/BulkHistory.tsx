import { Button } from "@mantine/core";
import { keepPreviousData, useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { use, useState } from "react";
import { useTranslation } from "react-i18next";
import { get, post } from "../../api/client";
import { tagsQuery, useDirectory } from "../../api/queries";
import type { Conversation, Page } from "../../api/types";
import { useMay, useMe } from "../../app/session";
import { useFormat } from "../../i18n/format";
import { loadWords } from "../../i18n/i18n";
import { useNow } from "../../i18n/now";
import { Sheet, SheetBody } from "../../parts/Sheet";
import { Quiet } from "../../parts/Trouble";
import { toast } from "../../parts/toast";
import { inWords } from "../../parts/trouble";
import type { Action } from "../compose/macro/types";
import { actionWords } from "../compose/macro/words";
import { useViewName } from "../list/ConversationList";
import css from "./bulk.module.css";
import { Amounts, canUndo, isOver, type Work } from "./Progress";

const words = Promise.all(["views", "macro", "form"].map(loadWords));

interface PastWork extends Work {
  agent: number;
  view?: string;
  actions: Action[];
  createdAt: string;
}

/** The work on many conversations of the last thirty days: what, by whom, when, how it ended, and the way back. */
export default function BulkHistory({ close }: { close: () => void }) {
  use(words);
  const { t } = useTranslation();
  const mayWatch = useMay("audit.read");
  const [everybody, setEverybody] = useState(false);
  const all = useQuery({
    queryKey: ["bulk", "past", everybody],
    queryFn: () => get<Page<PastWork>>("/bulk", everybody ? { everybody: true } : undefined).then((p) => p.items),
    placeholderData: keepPreviousData,
  });
  return (
    <Sheet label={t("bulk.past")} close={close} className={css.past}>
      <SheetBody
        title={t("bulk.past")}
        foot={
          <Button variant="filled" onClick={close}>
            {t("common.close")}
          </Button>
        }
      >
        {mayWatch && (
          <label className={css.everybody}>
            <input type="checkbox" checked={everybody} onChange={(e) => setEverybody(e.target.checked)} />
            {t("bulk.everybody")}
          </label>
        )}
        {all.error && <p role="alert">{inWords(t, all.error)}</p>}
        {all.data?.length === 0 && (
          <Quiet icon="clock" title={t("bulk.none_past")}>
            <p>{t("bulk.none_past_text")}</p>
          </Quiet>
        )}
        <ul className={css.works}>
          {all.data?.map((w) => (
            <Past key={w.id} work={w} />
          ))}
        </ul>
      </SheetBody>
    </Sheet>
  );
}

const simple = new Set(["wake", "mark_spam", "not_spam", "trash", "restore"]);

function Past({ work: w }: { work: PastWork }) {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow();
  const client = useQueryClient();
  const directory = useDirectory();
  const tags = useQuery(tagsQuery).data ?? [];
  const view = useViewName(w.view ?? "all");
  const mine = useMe().id === w.agent;
  const [looking, setLooking] = useState(false);
  const [busy, setBusy] = useState(false);
  const what = w.problem
    ? t("answer.title")
    : w.actions
        .map((a) => (simple.has(a.do) ? t(`bulk.do.${a.do}`) : actionWords(a, { t, format, directory, tags })))
        .filter(Boolean)
        .join(", ");
  const over = isOver(w);
  const left = w.failed + w.skipped + w.kept;

  async function act(does: "undo" | "cancel") {
    setBusy(true);
    try {
      await post(`/bulk/${w.id}/${does}`);
    } catch (err) {
      toast(inWords(t, err), { tone: "bad" });
    }
    await client.invalidateQueries({ queryKey: ["bulk"] });
    setBusy(false);
  }
  return (
    <li>
      <p className={css.what}>{what.charAt(0).toLocaleUpperCase() + what.slice(1)}</p>
      <p className={css.who}>
        {directory.agent(w.agent)?.name ?? ""} · {format.moment(Date.parse(w.createdAt), now)} ·{" "}
        {w.view
          ? t("bulk.of_view", { view, count: w.total, shown: format.number(w.total) })
          : t("bulk.of_chosen", { count: w.total, shown: format.number(w.total) })}{" "}
        · {t(`bulk.state.${w.state}`)}
      </p>
      <Amounts work={w} />
      <div className={css.acts}>
        {mine && canUndo(w) && (
          <Button size="compact-sm" loading={busy} onClick={() => void act("undo")}>
            {t("common.undo")}
          </Button>
        )}
        {mine && !over && (
          <Button size="compact-sm" loading={busy} onClick={() => void act("cancel")}>
            {t("bulk.cancel")}
          </Button>
        )}
        {left > 0 && (
          <Button size="compact-sm" variant="subtle" aria-expanded={looking} onClick={() => setLooking(!looking)}>
            {t("bulk.which")}
          </Button>
        )}
      </div>
      {looking && (
        <>
          {(["failed", "kept", "skipped"] as const)
            .filter((state) => w[state] > 0)
            .map((state) => (
              <Lines key={state} work={w} state={state} />
            ))}
        </>
      )}
    </li>
  );
}

const step = 50;
const reasons = new Set(["changed", "finished", "same", "status", "unseen"]);

/** What became of single conversations, with the reason. */
function Lines({ work: w, state }: { work: Work; state: "failed" | "skipped" | "kept" }) {
  const { t } = useTranslation();
  const format = useFormat();
  const lines = useInfiniteQuery({
    queryKey: ["bulk", w.id, "lines", state, w[state]],
    queryFn: ({ pageParam }) =>
      get<Page<{ conversation: Conversation; why: string }>>(`/bulk/${w.id}/lines`, {
        state,
        limit: step,
        after: pageParam,
      }).then((p) => p.items),
    initialPageParam: 0,
    getNextPageParam: (last) => (last.length < step ? undefined : last.at(-1)?.conversation.id),
  });
  const rows = lines.data?.pages.flat() ?? [];
  const hidden = w[state] - rows.length;
  return (
    <>
      <h3 className={css.lines}>{t(`bulk.${state}`, { count: w[state], shown: format.number(w[state]) })}</h3>
      <ul className={css.lines}>
        {rows.map((l) => (
          <li key={l.conversation.id}>
            <Link to="/view/$view/$number" params={{ view: "all", number: String(l.conversation.number) }}>
              #{l.conversation.number}
            </Link>{" "}
            {l.conversation.subject || t("list.no_subject")}:{" "}
            {t(reasons.has(l.why) ? `bulk.why.${l.why}` : `form.refusal.${l.why}`)}
          </li>
        ))}
        {lines.isSuccess && !lines.hasNextPage && hidden > 0 && (
          <li>{t("bulk.unseen", { count: hidden, shown: format.number(hidden) })}</li>
        )}
      </ul>
      {lines.hasNextPage && (
        <Button size="compact-sm" variant="subtle" onClick={() => void lines.fetchNextPage()}>
          {t("bulk.more_lines")}
        </Button>
      )}
    </>
  );
}
