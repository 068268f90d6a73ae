import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { post, put } from "../../api/client";
import { useDirectory } from "../../api/queries";
import type { Agent, DraftReview, Opened } from "../../api/types";
import { useMay, useMe } from "../../app/session";
import { Sheet, SheetBody } from "../../parts/Sheet";
import { Bone } from "../../parts/Skeleton";
import { toast } from "../../parts/toast";
import { inWords } from "../../parts/trouble";
import type { EditorHandle } from "./Editor";
import { fromWire, isBlank, toHtml, toWire } from "./html";
import css from "./Review.module.css";
import { recall } from "./recall";
import { empty } from "./state";
import { useSend } from "./useSend";

const Editor = lazy(() => import("./Editor"));

interface Props {
  opened: Opened;
  /** Where the sheet that asks somebody is open. */
  asking: boolean;
  asked: () => void;
  /** Keeps what the composer holds on the server, where the colleague reads it. */
  keep: () => Promise<unknown>;
  /** The colleague has sent the draft: the composer lets go of it. */
  sent: () => void;
}

/** What goes on about drafts that are checked before they are sent: one's own, and those that colleagues ask about. */
export default function Review({ opened, asking, asked, keep, sent }: Props) {
  const { t } = useTranslation();
  const me = useMe().id;
  const directory = useDirectory();
  const mine = opened.reviews.find((r) => r.author === me);
  const before = useRef(mine);
  useEffect(() => {
    const was = before.current;
    before.current = mine;
    if (!was || mine) return;
    const since = Date.parse(was.askedAt ?? "");
    const m = opened.timeline.messages.find((x) => x.writtenBy === me && Date.parse(x.at ?? "") >= since);
    if (!m) return;
    sent();
    toast(t("review.sent", { name: directory.agent(m.agent)?.name }));
  });
  return (
    <>
      {opened.reviews.map((r) =>
        r.author === me ? (
          <Mine key={r.draft.id} review={r} opened={opened} />
        ) : (
          <Theirs key={r.draft.id} review={r} opened={opened} />
        ),
      )}
      {asking && <Ask opened={opened} keep={keep} close={asked} />}
    </>
  );
}

/** A note that names who is told of it, as the composer writes it. */
function noteTo(agent: Agent | undefined, words: string): string {
  const name = (agent?.name ?? "").replace(/[&<>"]/g, "");
  return `<p><span class="mention" data-type="mention" data-id="${agent?.id ?? 0}">@${name}</span></p>${toHtml(words)}`;
}

function useAnswered(opened: Opened) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const key = ["conversation", opened.conversation.number];
  return async (work: Promise<{ items: DraftReview[] }>): Promise<boolean> => {
    try {
      const { items } = await work;
      client.setQueryData<Opened>(key, (o) => o && { ...o, reviews: items });
      void client.invalidateQueries({ queryKey: key });
      return true;
    } catch (err) {
      toast(inWords(t, err), { tone: "bad" });
      return false;
    }
  };
}

function Ask({ opened, keep, close }: { opened: Opened; keep: () => Promise<unknown>; close: () => void }) {
  const { t } = useTranslation();
  const me = useMe().id;
  const people = useDirectory().agents.filter((a) => a.active && a.id !== me);
  const answered = useAnswered(opened);
  const [who, setWho] = useState(people[0]?.id ?? 0);
  const [words, setWords] = useState("");
  const [busy, setBusy] = useState(false);
  const ask = async () => {
    setBusy(true);
    const note = noteTo(
      people.find((a) => a.id === who),
      words.trim() || t("review.please"),
    );
    const done = await answered(
      keep().then(() =>
        post<{ items: DraftReview[] }>(`/conversations/${opened.conversation.id}/draft/review`, {
          reviewer: who,
          note,
        }),
      ),
    );
    setBusy(false);
    if (done) close();
  };
  return (
    <Sheet label={t("review.ask")} close={close}>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          if (who && !busy) void ask();
        }}
      >
        <SheetBody
          title={t("review.ask")}
          foot={
            <>
              <Button onClick={close}>{t("common.cancel")}</Button>
              <Button type="submit" variant="filled" loading={busy} disabled={!who}>
                {t("review.ask_do")}
              </Button>
            </>
          }
        >
          <div className={css.fields}>
            <label>
              {t("review.who")}
              <select value={who} onChange={(e) => setWho(Number(e.target.value))}>
                {people.map((a) => (
                  <option key={a.id} value={a.id}>
                    {a.name}
                  </option>
                ))}
              </select>
            </label>
            <label>
              {t("review.words")}
              <textarea
                rows={3}
                maxLength={2000}
                value={words}
                placeholder={t("review.please")}
                onChange={(e) => setWords(e.target.value)}
              />
            </label>
          </div>
        </SheetBody>
      </form>
    </Sheet>
  );
}

/** How the check of one's own draft stands, with the text that the colleague would send instead. */
function Mine({ review: r, opened }: { review: DraftReview; opened: Opened }) {
  const { t } = useTranslation();
  const name = useDirectory().agent(r.reviewer)?.name ?? "";
  return (
    <div className={css.review} data-state={r.state} role="status">
      <p>
        {t(`review.${r.state}`, { name })}
        {r.changed && ` ${t("review.changed")}`}
      </p>
      {r.html && (
        <>
          {/* biome-ignore lint/security/noDangerouslySetInnerHtml: a colleague's words, sanitised by the server (htmltext.SanitiseComposed) */}
          <div className={css.text} dangerouslySetInnerHTML={{ __html: fromWire(r.html, r.draft.files) }} />
          <Button
            onClick={() =>
              recall(opened.conversation.id, {
                html: r.html ?? "",
                note: false,
                recipients: r.draft.body,
                files: r.draft.files,
              })
            }
          >
            {t("review.take", { name })}
          </Button>
        </>
      )}
    </div>
  );
}

/** A colleague's draft to check: to read, to write better, to let go, to give back, or to send in one's own name. */
function Theirs({ review: r, opened }: { review: DraftReview; opened: Opened }) {
  const { t } = useTranslation();
  const author = useDirectory().agent(r.author);
  const answered = useAnswered(opened);
  const shown = fromWire(r.draft.body.html, r.draft.files);
  const editor = useRef<EditorHandle>(null);
  const [editing, setEditing] = useState(false);
  const [words, setWords] = useState("");
  const [busy, setBusy] = useState(false);
  const answer = async (approve: boolean) => {
    setBusy(true);
    const html = editing ? (editor.current?.html() ?? "") : "";
    const done = await answered(
      put<{ items: DraftReview[] }>(`/conversations/${opened.conversation.id}/draft/reviews/${r.author}`, {
        approve,
        note: noteTo(author, words.trim() || t(approve ? "review.fine" : "review.see")),
        ...(isBlank(html) ? {} : { html: toWire(html, r.draft.files) }),
      }),
    );
    setBusy(false);
    if (done) setEditing(false);
  };
  const over = r.state !== "asked";
  const row = opened.conversation;
  const { to, cc, bcc } = r.draft.body;
  const maySend = useMay("conversation.write") && !row.spam && !row.trashedAt && to.length > 0;
  // What stands here was read to the newest message that is shown.
  const mail = { ...empty("reply", opened), to, cc, bcc, files: r.draft.files };
  const sending = useSend(opened, mail, () => undefined);
  const send = () =>
    void sending.send((editing && editor.current?.html()) || shown, [], "waiting", false, { draftOf: r.author });
  return (
    <section className={css.review} data-state={r.state} aria-label={t("review.theirs", { name: author?.name })}>
      <p>
        {t(over ? `review.you_${r.state}` : "review.theirs", { name: author?.name })}
        {r.changed && ` ${t("review.changed")}`}
      </p>
      {editing ? (
        <Suspense fallback={<Bone height={80} />}>
          <Editor
            ref={editor}
            html={shown}
            label={t("review.theirs", { name: author?.name })}
            placeholder=""
            note={false}
            lang={opened.customer.language || opened.conversation.language}
            focus
            changed={() => undefined}
            files={() => toast(t("review.no_files"))}
            send={() => void answer(true)}
          />
        </Suspense>
      ) : (
        // biome-ignore lint/security/noDangerouslySetInnerHtml: a colleague's words, sanitised by the server (htmltext.SanitiseComposed)
        <div className={css.text} dangerouslySetInnerHTML={{ __html: shown }} />
      )}
      {sending.missed.length > 0 && <p role="alert">{t("review.newer")}</p>}
      {(!over || r.changed) && (
        <div className={css.acts}>
          <input
            aria-label={t("review.words")}
            placeholder={t("review.words")}
            value={words}
            maxLength={2000}
            onChange={(e) => setWords(e.target.value)}
          />
          <Button onClick={() => setEditing(!editing)}>{t(editing ? "review.as_it_is" : "review.edit")}</Button>
          <Button loading={busy} onClick={() => void answer(false)}>
            {t("review.give_back")}
          </Button>
          <Button variant="filled" loading={busy} onClick={() => void answer(true)}>
            {t("review.approve")}
          </Button>
          {maySend && (
            <Button
              loading={sending.away !== undefined}
              title={t("review.send_title", { name: author?.name })}
              onClick={send}
            >
              {t("review.send")}
            </Button>
          )}
        </div>
      )}
    </section>
  );
}
