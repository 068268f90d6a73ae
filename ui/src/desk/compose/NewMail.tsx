import { Button } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { newKey, post } from "../../api/client";
import { draftsQuery, useDirectory } from "../../api/queries";
import type { Draft, DraftBody, Opened } from "../../api/types";
import { keepAnswer } from "../../app/client";
import { useMay, useMe } from "../../app/session";
import { useFormat } from "../../i18n/format";
import { loadWords } from "../../i18n/i18n";
import { Icon } from "../../parts/Icon";
import { Bone, Late } from "../../parts/Skeleton";
import { own, store, stored } from "../../parts/stored";
import { Quiet } from "../../parts/Trouble";
import { toast } from "../../parts/toast";
import { inWords } from "../../parts/trouble";
import { Attach } from "./Attach";
import type { EditorHandle } from "./Editor";
import { FileChips } from "./FileChips";
import { fromWire, inlineUrl, isBlank, toWire } from "./html";
import { unfilled } from "./macro/placeholder";
import { alongWith, useArmed } from "./macro/useArmed";
import css from "./NewMail.module.css";
import { Recipients } from "./Recipients";
import { Signature } from "./Signature";
import { isAddress } from "./state";
import { useFiles } from "./useFiles";
import { blank, leaveHere, leftHere, useNewDraft, type Written } from "./useNewDraft";
import type { Timing } from "./useSend";

const Editor = lazy(() => import("./Editor"));
const SendMenu = lazy(() => import("./SendMenu"));
const ArmedChips = lazy(async () => {
  await Promise.all([loadWords("macro"), loadWords("field")]);
  return import("./macro/ArmedChips");
});

/** A mail that an agent writes first. */
export function NewMail() {
  const { t } = useTranslation();
  const mayWrite = useMay("conversation.write");
  const search = useSearch({ from: "/inside/new" });
  const drafts = useQuery({ ...draftsQuery, enabled: search.draft !== undefined, staleTime: 0 });
  if (!mayWrite) {
    return (
      <main id="main" className={css.page}>
        <Quiet icon="lock" title={t("compose.not_allowed")}>
          <p>{t("compose.not_allowed_text")}</p>
        </Quiet>
      </main>
    );
  }
  if (search.draft !== undefined && drafts.isPending) {
    return (
      <Late>
        <Bone width={320} height={20} />
      </Late>
    );
  }
  const draft = drafts.data?.find((d) => d.id === search.draft);
  return <Write key={draft?.id ?? "new"} draft={draft} to={search.to} />;
}

function begin(draft: Draft | undefined, to: string | undefined, inbox: number | undefined): Written & { id?: number } {
  const nothing: DraftBody = {
    mode: "new",
    html: "",
    to: to ? [{ address: to }] : [],
    cc: [],
    bcc: [],
    subject: "",
    inbox,
    attachments: [],
  };
  if (draft) {
    return { id: draft.id, body: { ...draft.body, html: fromWire(draft.body.html, draft.files) }, files: draft.files };
  }
  return (to ? undefined : leftHere()) ?? { body: nothing, files: [] };
}

function Write({ draft, to }: { draft: Draft | undefined; to: string | undefined }) {
  const { t } = useTranslation();
  const format = useFormat();
  const me = useMe();
  const client = useQueryClient();
  const navigate = useNavigate();
  const directory = useDirectory();
  const senders = directory.inboxes.filter((i) => i.active);
  const [first] = useState(() => begin(draft, to, stored<number | undefined>("tellus-new-inbox", undefined)));
  const [local, setLocal] = useState<Written>({ body: first.body, files: first.files });
  const [busy, setBusy] = useState(false);
  const { armed, arm, disarm, clear: disarmAll } = useArmed(own(`tellus-armed-new-${first.id ?? ""}`));
  const editor = useRef<EditorHandle>(null);
  const key = useRef("");
  const { body, files: attached } = local;
  const inbox = senders.find((i) => i.id === body.inbox)?.id ?? senders[0]?.id;
  const { kept, keep, drop } = useNewDraft(first.id ?? 0, inbox);

  const change = (part: Partial<DraftBody>, files = attached) =>
    setLocal((was) => ({ body: { ...was.body, ...part }, files }));
  const files = useFiles(
    (f) => setLocal((was) => ({ ...was, files: [...was.files, f] })),
    (f) => setLocal((was) => ({ ...was, files: was.files.filter((x) => x.id !== f.id) })),
  );
  const nothing = blank(local);

  const untouched = useRef(local);
  useEffect(() => {
    if (local === untouched.current) return;
    untouched.current = local;
    keep(local);
  }, [local, keep]);

  const all = [...body.to, ...body.cc, ...body.bcc];
  const why =
    body.to.length === 0
      ? t("compose.no_recipient")
      : all.some((a) => !isAddress(a.address))
        ? t("compose.wrong_recipient")
        : !body.subject?.trim()
          ? t("compose.no_subject")
          : isBlank(body.html)
            ? t("compose.nothing")
            : files.uploading.some((u) => !u.problem)
              ? t("compose.uploading")
              : !inbox
                ? t("compose.no_inbox")
                : unfilled(body.html).length > 0
                  ? t("compose.unfilled")
                  : "";

  async function send(resolve: boolean, keep = false, timing: Timing = {}) {
    if (why || busy) return;
    setBusy(true);
    key.current ||= newKey();
    try {
      const html = toWire(editor.current?.html() ?? body.html, attached);
      const opened = await post<Opened>(
        "/conversations",
        {
          inbox,
          to: body.to,
          cc: body.cc,
          bcc: body.bcc,
          subject: body.subject?.trim(),
          html,
          attachments: attached.map((f) => f.id),
          then: resolve ? "resolve" : keep ? "keep" : "waiting",
          ...timing,
          ...alongWith(armed, resolve),
        },
        key.current,
      );
      drop();
      disarmAll();
      store("tellus-new-inbox", inbox);
      keepAnswer(client, ["conversation", opened.conversation.number], opened);
      toast(
        timing.sendAt
          ? t("compose.scheduled", { when: format.weekdayMoment(Date.parse(timing.sendAt)) })
          : t("compose.sent_new"),
      );
      void navigate({
        to: "/view/$view/$number",
        params: { view: "mine", number: String(opened.conversation.number) },
      });
    } catch (err) {
      key.current = "";
      toast(inWords(t, err), { tone: "bad" });
      setBusy(false);
    }
  }

  function discard() {
    const before = local;
    drop();
    disarmAll();
    void navigate({ to: "/" });
    if (!nothing) {
      toast(t("compose.discarded"), {
        action: {
          label: t("common.undo"),
          run: () => {
            leaveHere(before);
            void navigate({ to: "/new", search: {} });
          },
        },
      });
    }
  }

  async function take(list: File[], intoText: boolean) {
    for (const file of list) {
      const inline = intoText && /^image\/(png|jpeg|gif|webp)$/.test(file.type);
      const done = await files.add(file, inline);
      if (done && inline) editor.current?.picture(inlineUrl(done.id), file.name);
    }
  }

  return (
    <main id="main" className={css.page}>
      <header className={css.head}>
        <button
          type="button"
          className={css.back}
          aria-label={t("keys.back")}
          onClick={() => void navigate({ to: "/" })}
        >
          <Icon name="back" />
        </button>
        <h1>{t("compose.new_title")}</h1>
      </header>
      <div className={css.card}>
        <label className={css.line}>
          <span>{t("compose.from")}</span>
          <select value={inbox ?? ""} onChange={(e) => change({ inbox: Number(e.target.value) })}>
            {senders.map((i) => (
              <option key={i.id} value={i.id}>
                {i.fromName || me.name} · {i.name} &lt;{i.address}&gt;
              </option>
            ))}
          </select>
        </label>
        <Recipients open value={body} change={(r) => change(r)} participants={[]} />
        <label className={css.line}>
          <span>{t("compose.subject")}</span>
          <input value={body.subject ?? ""} maxLength={998} onChange={(e) => change({ subject: e.target.value })} />
        </label>
        <div className={css.text}>
          <Suspense fallback={<div className={css.waiting} />}>
            <Editor
              ref={editor}
              html={body.html}
              label={t("compose.words")}
              placeholder={t("compose.new_placeholder")}
              note={false}
              focus={body.to.length > 0}
              changed={(html) => change({ html })}
              files={(list) => void take(list, true)}
              send={(resolve) => void send(resolve)}
              tools={<Attach take={(list) => void take(list, false)} />}
              macros={{
                where: { inbox, address: body.to[0]?.address, name: body.to[0]?.name },
                chosen: (macro, _, actions) => arm(macro, actions),
              }}
            />
          </Suspense>
          <FileChips files={attached} uploading={files.uploading} remove={files.remove} />
          <Signature inbox={inbox} />
        </div>
        {armed.actions.length > 0 && (
          <Suspense>
            <ArmedChips actions={armed.actions} remove={disarm} />
          </Suspense>
        )}
        <div className={css.foot}>
          <Button variant="subtle" color="gray" onClick={discard}>
            {t("compose.discard")}
          </Button>
          <span className={css.kept} role="status">
            {kept && t(`compose.kept_${kept}`)}
          </span>
          <Suspense>
            <SendMenu
              disabled={Boolean(why) || busy}
              go={(then, timing) => void send(false, then === "keep", timing)}
            />
          </Suspense>
          <Button title={why || undefined} disabled={Boolean(why) || busy} onClick={() => void send(true)}>
            {t("compose.send_resolve")}
          </Button>
          <Button
            variant="filled"
            title={why || undefined}
            loading={busy}
            disabled={Boolean(why)}
            onClick={() => void send(false)}
          >
            {t("compose.send")}
          </Button>
        </div>
        {why && !nothing && <p className={css.why}>{why}</p>}
      </div>
    </main>
  );
}
