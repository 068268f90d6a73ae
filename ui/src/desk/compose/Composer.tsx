import { Button } from "@mantine/core";
import { lazy, Suspense, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Message, Opened } from "../../api/types";
import { keyCaps, useCommands } from "../../app/keys";
import { useMay, useMe } from "../../app/session";
import { useFormat } from "../../i18n/format";
import { loadWords } from "../../i18n/i18n";
import { own } from "../../parts/stored";
import { lately, useLate } from "../../parts/useLate";
import { useOnlyNext } from "../conversation/onlyNext";
import { commitmentsOf, usePromised } from "../promises/along";
import { Attach } from "./Attach";
import css from "./Composer.module.css";
import type { EditorHandle } from "./Editor";
import { FileChips } from "./FileChips";
import { Hold } from "./Hold";
import { fromWire, inlineUrl, isBlank, plainText } from "./html";
import { unfilled } from "./macro/placeholder";
import { alongWith, useArmed, useRunMacro } from "./macro/useArmed";
import { type Marked, quoted } from "./quote";
import { Recipients } from "./Recipients";
import { onRecall } from "./recall";
import { Signature } from "./Signature";
import {
  type Composed,
  empty,
  firstMode,
  followParticipants,
  handedBack,
  holds,
  isAddress,
  leftBy,
  type Mode,
  newestIncoming,
  recipientsOf,
  senderless,
  without,
} from "./state";
import { restore, useDraftKeeping } from "./useDraft";
import { useFiles } from "./useFiles";
import { type Timing, useSend } from "./useSend";
import { useTypingSign } from "./useTypingSign";
import { Waiting } from "./Waiting";

const editorCode = lately(() => import("./Editor"));
const reviewCode = lately(() => Promise.all([import("./Review"), loadWords("review")]).then(([m]) => m));
const quoteCode = lately(() => import("./QuoteButton"));
const offerCode = lately(() => Promise.all([import("../promises/Offer"), loadWords("promise")]).then(([m]) => m));
const sendMenuCode = lately(() => import("./SendMenu"));
const Preferred = lazy(() =>
  Promise.all([import("../customer/Reach"), loadWords("customers")]).then(([m]) => ({ default: m.Preferred })),
);
const ArmedChips = lazy(async () => {
  await Promise.all([loadWords("macro"), loadWords("field")]);
  return import("./macro/ArmedChips");
});

/** Where answers and notes are written. */
export function Composer({ opened, begins }: { opened: Opened; begins?: Mode }) {
  const { t } = useTranslation();
  const mayWrite = useMay("conversation.write");
  const me = useMe().id;
  const row = opened.conversation;
  const format = useFormat();
  const language = opened.customer.language || row.language;
  const nobody = senderless(opened);
  const canMail = mayWrite && !row.spam && !row.trashedAt && !nobody;
  const draft = useDraftKeeping(opened);
  const [c, setC] = useState<Composed>(() => restore(opened, firstMode(opened, canMail), me));
  const note = c.mode === "note";
  const text = note ? c.note : c.mail;
  const written = !isBlank(text) || c.files.length > 0;
  const [live, setLive] = useState(written);
  const Editor = useLate(editorCode, live);
  const SendMenu = useLate(sendMenuCode, live);
  const Offer = useLate(offerCode, live && mayWrite);
  const promised = usePromised(row.id);
  const [asking, setAsking] = useState(false);
  const Review = useLate(reviewCode, asking || opened.reviews.length > 0);
  const QuoteButton = useLate(quoteCode, true);
  const [focus, setFocus] = useState(false);
  // A new key gives the editor new content.
  const [edition, setEdition] = useState(0);
  const editor = useRef<EditorHandle>(null);
  const box = useRef<HTMLDivElement>(null);
  const { armed, arm, disarm, clear: disarmAll } = useArmed(own(`tellus-armed-${row.id}`));
  const runMacro = useRunMacro();
  const [slash, setSlash] = useState(false);
  const newest = newestIncoming(opened);
  const newestNow = useRef(newest);
  newestNow.current = newest;

  const change = useCallback(
    (part: Partial<Composed> | ((was: Composed) => Partial<Composed>)) => {
      setC((was) => {
        const next = { ...was, ...(typeof part === "function" ? part(was) : part), at: Date.now() };
        if (next.seen === 0) next.seen = newest;
        draft.keep(next);
        return next;
      });
    },
    [draft.keep, newest],
  );

  // Put away as spam, or with another role, nothing can be mailed any more; what was written stays in view.
  useEffect(() => {
    if (!canMail) setC((was) => (was.mode === "note" || !isBlank(was.mail) ? was : { ...was, mode: "note" }));
  }, [canMail]);

  const audience = useRef(opened);
  useEffect(() => {
    const before = audience.current;
    audience.current = opened;
    setC((was) => {
      const part = followParticipants(was, before, opened);
      if (!part) return was;
      const next = { ...was, ...part };
      if (next.at > 0) draft.keep({ ...next, at: Date.now() });
      return next;
    });
  }, [opened, draft.keep]);

  const files = useFiles(
    (f) => change((was) => ({ files: [...was.files, f] })),
    (f) => change((was) => ({ files: was.files.filter((x) => x.id !== f.id) })),
  );
  useTypingSign(row.id, text);

  const latest = useRef(c);
  latest.current = c;
  const clear = useCallback(
    (serverDropped: boolean, left?: Composed) => {
      draft.drop(serverDropped);
      disarmAll();
      promised.clear();
      if (left) {
        // The next is begun already, and stays open.
        const again = left.mail !== latest.current.mail || left.note !== latest.current.note;
        setC(left);
        if (again) setEdition((e) => e + 1);
        if (!isBlank(left.mail) || !isBlank(left.note)) draft.keep(left);
        return;
      }
      setC((was) => ({
        ...empty(was.mode, opened),
        note: was.mode === "note" ? "" : was.note,
        mail: was.mode === "note" ? was.mail : "",
      }));
      setEdition((e) => e + 1);
      setFocus(false);
      setLive(false);
    },
    [draft.drop, draft.keep, opened, disarmAll, promised.clear],
  );
  const { send, away, missed, forget } = useSend(
    opened,
    c,
    (serverDropped, gone) => clear(serverDropped, leftBy(latest.current, gone)),
    (stayed) => {
      const whole = handedBack(latest.current, stayed);
      if (!whole) return;
      change(whole);
      setEdition((e) => e + 1);
      setLive(true);
    },
    (resolve) => ({ ...alongWith(armed, resolve), ...commitmentsOf(promised.list) }),
  );
  const busy = away !== undefined;
  const locked = busy && away.note === note && holds(c, away);

  useEffect(
    () =>
      onRecall(row.id, (back) => {
        const files = back.files ?? [];
        const html = fromWire(back.html, files);
        setC((was) => {
          const r = back.recipients;
          const mode: Mode = back.note ? "note" : was.mode === "note" ? "reply" : was.mode;
          const next = {
            ...was,
            mode,
            ...(back.note
              ? { note: html }
              : { mail: html, files, to: r?.to ?? was.to, cc: r?.cc ?? was.cc, bcc: r?.bcc ?? was.bcc }),
            seen: was.seen || newestNow.current,
            at: Date.now(),
          };
          draft.keep(next);
          return next;
        });
        setEdition((e) => e + 1);
        setLive(true);
        setFocus(true);
      }),
    [row.id, draft.keep],
  );

  const begin = (mode: Mode) => {
    // While something is on its way the next begins with nothing.
    const next = away !== undefined && holds(c, away);
    setC((held) => {
      const was = next ? without(held, away) : held;
      if (was.mode === mode && !next) return was;
      return { ...was, mode, ...(mode === "note" ? {} : recipientsOf(mode, opened)) };
    });
    setLive(true);
    setFocus(true);
    setEdition((e) => (c.mode === mode && live && !next ? e : e + 1));
    if (c.mode === mode && live && !next) editor.current?.focus();
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what was asked for before it was drawn
  useLayoutEffect(() => {
    if (begins) begin(canMail ? begins : "note");
  }, []);
  const quote = ({ text: words }: Marked) => {
    if (live && editor.current) return editor.current.insert(quoted(words));
    change((was) => (was.mode === "note" ? { note: was.note + quoted(words) } : { mail: was.mail + quoted(words) }));
    setLive(true);
    setFocus(true);
    setEdition((e) => e + 1);
  };
  const all = opened.replyAllTo.cc.length > 0 || opened.replyAllTo.to.length > 1;
  const modes: Mode[] = canMail ? (all ? ["reply", "reply_all", "note"] : ["reply", "note"]) : ["note"];
  useCommands([
    ...modes.map((m) => ({
      id: `compose.${m}`,
      label: t(`compose.${m}`),
      group: "write" as const,
      keys: [{ reply: "r", reply_all: "a", note: "n" }[m]],
      icon: "pencil" as const,
      run: () => begin(m),
    })),
    {
      id: "compose.macro",
      label: t("compose.macro"),
      group: "write" as const,
      keys: ["m"],
      icon: "pencil" as const,
      run: () => {
        begin(c.mode);
        if (editor.current) editor.current.macro();
        else setSlash(true);
      },
    },
    ...(canMail && !all
      ? [
          {
            id: "compose.reply_all",
            label: t("compose.reply_all"),
            group: "write" as const,
            keys: ["a"],
            run: () => begin("reply"),
          },
        ]
      : []),
  ]);

  const addressed = note || (c.to.length > 0 && [...c.to, ...c.cc, ...c.bcc].every((a) => isAddress(a.address)));
  const notHis = useOnlyNext(row) && !row.assignee && !note;
  const why = notHis
    ? t("assign.only_next")
    : !addressed
      ? t(c.to.length === 0 ? "compose.no_recipient" : "compose.wrong_recipient")
      : files.uploading.some((u) => !u.problem)
        ? t("compose.uploading")
        : !written
          ? t("compose.nothing")
          : !note && unfilled(text).length > 0
            ? t("compose.unfilled")
            : "";
  const go = (resolve: boolean) => {
    if (why || busy) return;
    void send(
      editor.current?.html() ?? text,
      editor.current?.mentions() ?? [],
      note ? "note" : resolve ? "resolve" : "waiting",
    );
  };

  const goLater = (then: "keep" | "waiting", timing: Timing) => {
    if (why || busy) return;
    void send(editor.current?.html() ?? text, editor.current?.mentions() ?? [], then, false, timing);
  };

  async function take(list: File[], intoText: boolean) {
    for (const file of list) {
      const inline = intoText && /^image\/(png|jpeg|gif|webp)$/.test(file.type);
      const done = await files.add(file, inline);
      if (done && inline) editor.current?.picture(inlineUrl(done.id), file.name);
    }
  }

  const newer =
    written && !note && c.seen > 0 && newest > c.seen
      ? opened.timeline.messages.filter((m) => m.kind === "incoming" && m.id > c.seen)
      : [];
  const held: Message[] = missed.length > 0 ? missed : newer;

  return (
    <section className={css.composer} data-note={note || undefined} aria-label={t("compose.label")}>
      {Review && (
        <Review
          opened={opened}
          asking={asking}
          asked={() => setAsking(false)}
          keep={draft.push}
          sent={() => clear(true)}
        />
      )}
      {QuoteButton && <QuoteButton quote={quote} row={row} />}
      {held.length > 0 && (
        <Hold
          messages={held}
          keepEditing={() => {
            forget();
            change({ seen: Math.max(newest, ...held.map((m) => m.id)) });
            editor.current?.focus();
          }}
          sendAnyway={() => void send(editor.current?.html() ?? text, [], "waiting", true)}
        />
      )}
      {!note && mayWrite && (opened.customer.prefers || opened.customer.timeZone) && (
        <Suspense>
          <Preferred customer={opened.customer} row={row} />
        </Suspense>
      )}
      <div className={css.top}>
        <div className={css.modes} role="tablist" aria-label={t("compose.modes")}>
          {modes.map((m) => (
            <button
              key={m}
              type="button"
              role="tab"
              aria-selected={c.mode === m}
              className={css.mode}
              onClick={() => begin(m)}
            >
              {t(`compose.${m}`)}
            </button>
          ))}
        </div>
        {!note && (
          <Recipients
            key={c.mode}
            value={{ to: c.to, cc: c.cc, bcc: c.bcc }}
            change={(r) => change(r)}
            participants={opened.participants}
          />
        )}
        {note && <span className={css.hint}>{t("compose.note_hint")}</span>}
        {!note && language && (
          <span className={css.speaks} title={t("compose.language_title")}>
            {format.languageName(language)}
          </span>
        )}
      </div>
      {nobody && <p className={css.nobody}>{t("compose.no_sender")}</p>}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping files is a shortcut for the button below */}
      <div
        ref={box}
        className={css.box}
        onDragOver={(e) => e.preventDefault()}
        onDrop={(e) => {
          if (e.defaultPrevented || e.dataTransfer.files.length === 0) return;
          e.preventDefault();
          void take([...e.dataTransfer.files], false);
        }}
      >
        {live && Editor && (
          <Editor
            key={`${edition}-${note}`}
            ref={editor}
            html={text}
            label={t(note ? "compose.note" : "compose.reply")}
            placeholder={placeholder(t as never, opened, note)}
            note={note}
            lang={note ? undefined : language}
            focus={focus}
            locked={locked}
            changed={(html) => change(note ? { note: html } : { mail: html })}
            files={(list) => void take(list, true)}
            send={go}
            tools={<Attach take={(list) => void take(list, false)} />}
            macros={{
              where: { conversation: row.id },
              open: slash,
              textOnly: !mayWrite,
              chosen: (macro, html, actions) => {
                setSlash(false);
                if (!mayWrite) return;
                if (html) arm(macro, actions);
                else void runMacro(row, macro);
              },
            }}
          />
        )}
        {live && !Editor && (
          <Waiting
            key={`${edition}-${note}`}
            label={t("compose.label")}
            text={plainText(text)}
            focus={focus}
            locked={locked}
            changed={(html) => change(note ? { note: html } : { mail: html })}
            send={go}
          />
        )}
        {!live && (
          <button type="button" className={css.idle} onClick={() => begin(c.mode)}>
            {placeholder(t as never, opened, note)}
          </button>
        )}
        <FileChips files={c.files} uploading={files.uploading} remove={files.remove} />
        {live && !note && <Signature inbox={row.inbox} />}
      </div>
      {live && Offer && (
        <Offer
          conversation={row.id}
          text={plainText(text.replace(/<blockquote[\s\S]*?<\/blockquote>/g, ""))} // quoted words promise nothing
          list={promised.list}
          add={promised.add}
          remove={promised.remove}
          box={box}
        />
      )}
      {armed.actions.length > 0 && (
        <Suspense>
          <ArmedChips actions={armed.actions} remove={disarm} />
        </Suspense>
      )}
      {(live || written) && (
        <div className={css.foot}>
          <span className={css.kept} role="status">
            {notHis ? why : draft.kept && t(`compose.kept_${draft.kept}`)}
          </span>
          {note ? (
            <Button variant="filled" loading={busy} disabled={Boolean(why)} onClick={() => go(false)}>
              {t("compose.add_note")}
            </Button>
          ) : (
            <>
              <Button
                disabled={isBlank(text) || busy}
                onClick={() => setAsking(true)}
                title={t("compose.ask_check_title")}
              >
                {t("compose.ask_check")}
              </Button>
              {SendMenu && <SendMenu row={opened.conversation} disabled={Boolean(why) || busy} go={goLater} />}
              <Button title={why || keyCaps("mod+enter")} disabled={Boolean(why) || busy} onClick={() => go(false)}>
                {t("compose.send")}
              </Button>
              <Button
                title={why || keyCaps("mod+shift+enter")}
                variant="filled"
                loading={busy}
                disabled={Boolean(why)}
                onClick={() => go(true)}
              >
                {t("compose.send_resolve")}
              </Button>
            </>
          )}
        </div>
      )}
    </section>
  );
}

function placeholder(
  t: (key: string, values?: Record<string, unknown>) => string,
  opened: Opened,
  note: boolean,
): string {
  if (note) return t("compose.note_placeholder");
  const name = opened.conversation.customerName.split(" ")[0] || opened.conversation.address;
  return t("compose.reply_to", { name });
}
