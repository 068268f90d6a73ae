import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Fragment, lazy, Suspense, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useDirectory } from "../../api/queries";
import { ruleNamesQuery } from "../../api/rules";
import type { DeskEvent, Opened } from "../../api/types";
import { useMay, useMe } from "../../app/session";
import { useFormat } from "../../i18n/format";
import { loadWords } from "../../i18n/i18n";
import { toast } from "../../parts/toast";
import { inWords } from "../../parts/trouble";
import { useOutbox } from "../outbox";
import { isSending, useSending } from "../sending";
import { activityWords, actorName, deedLine, deeds } from "./activity";
import { useSplitting } from "./join/splitting";
import { MessageView } from "./MessageView";
import { fetchOlder } from "./older";
import css from "./TimelineView.module.css";
import { weave } from "./timeline";
import { UnsentView } from "./UnsentView";

const SplitBox = lazy(() => import("./join/SplitMode").then((m) => ({ default: m.SplitBox })));
const SplitBar = lazy(() => import("./join/SplitMode").then((m) => ({ default: m.SplitBar })));

/** What was said and what happened, oldest first; it opens at the newest. */
export function TimelineView({ opened }: { opened: Opened }) {
  const { t } = useTranslation();
  const format = useFormat();
  const directory = useDirectory();
  const me = useMe().id;
  const place = useRef<HTMLDivElement>(null);
  const { conversation } = opened;
  const splitting = useSplitting(conversation.id);
  const outbox = useOutbox();
  const unsent = outbox.filter((u) => u.conversation === conversation.id);
  const sending = useSending();
  const timeline = useMemo(() => {
    const on = [...sending, ...outbox].filter((s) => s.conversation === conversation.id);
    if (on.length === 0) return opened.timeline;
    return { ...opened.timeline, messages: opened.timeline.messages.filter((m) => !isSending(m, me, on)) };
  }, [opened.timeline, sending, outbox, conversation.id, me]);
  const words = (e: DeskEvent) => activityWords(t as never, format, directory, me, e);
  const ruled = timeline.activities.some((e) => e.by.kind === "rule");
  const rules = useQuery({ ...ruleNamesQuery, enabled: ruled }).data;
  const name = (e: DeskEvent) => {
    const rule = e.by.kind === "rule" && rules?.get(e.by.id ?? 0);
    return rule ? t("activity.rule_named", { name: rule }) : actorName(t as never, directory, me, e);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: whether an event has words does not hang on the language
  const pieces = useMemo(() => weave(timeline, (e) => words(e) !== undefined), [timeline]);
  const older = useOlder(opened, place);
  useKeptAtEnd(place, timeline.messages.at(-1)?.id ?? 0, timeline.messages.at(-1)?.kind === "incoming");

  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section ref={place} className={css.timeline} aria-label={t("conversation.timeline")} tabIndex={0} data-reading>
      {timeline.before && (
        <button type="button" className={css.older} disabled={older.busy} onClick={() => void older.load()}>
          {t(older.busy ? "common.loading" : "conversation.older")}
        </button>
      )}
      {pieces.map((piece) =>
        piece.kind === "message" ? (
          <Fragment key={`m${piece.message.id}`}>
            {splitting && (
              <Suspense>
                <SplitBox message={piece.message} splitting={splitting} />
              </Suspense>
            )}
            <MessageView message={piece.message} opened={opened} />
          </Fragment>
        ) : (
          <Activities key={`a${piece.key}`} events={piece.events} words={words} name={name} opened={opened} />
        ),
      )}
      {unsent.map((u) => (
        <UnsentView key={u.key} unsent={u} />
      ))}
      {splitting && (
        <Suspense>
          <SplitBar opened={opened} splitting={splitting} />
        </Suspense>
      )}
    </section>
  );
}

/** Fetches older messages and keeps in sight what was in sight. */
function useOlder(opened: Opened, place: React.RefObject<HTMLDivElement | null>) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const fromEnd = useRef<number | undefined>(undefined);
  const first = opened.timeline.messages[0]?.id;

  // biome-ignore lint/correctness/useExhaustiveDependencies: runs when older messages have come in above
  useLayoutEffect(() => {
    const element = place.current;
    if (!element || fromEnd.current === undefined) return;
    element.scrollTop = element.scrollHeight - fromEnd.current;
    fromEnd.current = undefined;
  }, [first]);

  async function load() {
    setBusy(true);
    try {
      await fetchOlder(client, opened.conversation.number, () => {
        if (place.current) fromEnd.current = place.current.scrollHeight - place.current.scrollTop;
      });
    } catch (err) {
      toast(inWords(t, err), { tone: "bad" });
    }
    setBusy(false);
  }
  return { busy, load };
}

/**
 * Opens at the end and stays there while frames and pictures grow and messages come in, until the reader scrolls up. A long last message of
 * the customer is shown from its beginning.
 */
function useKeptAtEnd(place: React.RefObject<HTMLDivElement | null>, last: number, incoming: boolean) {
  const following = useRef(true);
  const shown = useRef(0);
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const toEnd = () => {
      if (!following.current) return;
      const newest = element.querySelector<HTMLElement>(`[data-message="${shown.current}"]`);
      const end = element.scrollHeight - element.clientHeight;
      const top = newest ? newest.offsetTop - element.offsetTop - 12 : end;
      element.scrollTop = newest?.dataset.incoming ? Math.min(end, top) : end;
    };
    const scrolled = () => {
      const end = element.scrollHeight - element.clientHeight;
      following.current = element.scrollTop >= end - 60;
    };
    const watch = new ResizeObserver(toEnd);
    watch.observe(element);
    const children = () => {
      for (const child of element.children) watch.observe(child);
      toEnd();
    };
    const grow = new MutationObserver(children);
    grow.observe(element, { childList: true });
    children();
    // Only the reader's own scrolling lets go of the end.
    for (const kind of ["wheel", "touchmove", "keydown", "pointerup"])
      element.addEventListener(kind, () => setTimeout(scrolled, 80), { passive: true });
    return () => {
      watch.disconnect();
      grow.disconnect();
    };
  }, [place]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new last message is what this is for
  useLayoutEffect(() => {
    const grown = shown.current !== 0 && last !== shown.current;
    shown.current = last;
    if (grown && !incoming) following.current = true; // one's own words are wanted in sight
  }, [last]);
}

interface ActivitiesProps {
  events: DeskEvent[];
  words: (e: DeskEvent) => string | undefined;
  name: (e: DeskEvent) => string;
  opened: Opened;
}

/** What happened between two messages: a line for what each person did. */
function Activities({ events, words, name, opened }: ActivitiesProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const [all, setAll] = useState(false);
  const told = deeds(events, words, name);
  const few = all || told.length <= 3 ? told : told.slice(0, 2);
  const rest = told.length - few.length;
  return (
    <ul className={css.activities}>
      {few.map((d, i) => (
        <li key={d.events[0]?.seq} className={css.activity}>
          <time
            dateTime={d.events.at(-1)?.at ?? ""}
            title={d.events.map((e) => (e.at ? format.exact(Date.parse(e.at)) : "")).join("\n")}
          >
            {deedLine(t as never, format, d)}
          </time>
          {d.events.map((e) => (
            <UndoMerge key={e.seq} event={e} opened={opened} />
          ))}
          {d.events.map((e) => (
            <WhyGiven key={e.seq} event={e} opened={opened} />
          ))}
          {rest > 0 && i === few.length - 1 && (
            <button type="button" onClick={() => setAll(true)}>
              {t("activity.more", { count: rest })}
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}

const WhyGivenSheet = lazy(() =>
  Promise.all([import("./distribution/WhySheet"), loadWords("distribution")]).then(([m]) => m),
);

/** Why the distribution gave it to somebody. */
function WhyGiven({ event, opened }: { event: DeskEvent; opened: Opened }) {
  const { t } = useTranslation();
  const [asked, setAsked] = useState(false);
  const to = Number(event.data?.to ?? 0);
  if (event.kind !== "assignee.changed" || event.by.kind !== "system" || to === 0) return null;
  return (
    <>
      <button type="button" onClick={() => setAsked(true)}>
        {t("activity.why")}
      </button>
      {asked && (
        <Suspense>
          <WhyGivenSheet
            conversation={opened.conversation.id}
            agent={to}
            at={event.at ?? ""}
            close={() => setAsked(false)}
          />
        </Suspense>
      )}
    </>
  );
}

/** The way back from a merge that stands. */
function UndoMerge({ event, opened }: { event: DeskEvent; opened: Opened }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const mayWrite = useMay("conversation.write");
  const [busy, setBusy] = useState(false);
  const merge = event.kind === "conversation.merged" && opened.merges.find((m) => m.id === event.data?.merge);
  if (!merge || !mayWrite) return null;
  return (
    <button
      type="button"
      disabled={busy}
      onClick={() => {
        setBusy(true);
        void import("./join/merged").then((m) => m.undoMerge(t as never, client, merge)).finally(() => setBusy(false));
      }}
    >
      {t("join.undo")}
    </button>
  );
}
