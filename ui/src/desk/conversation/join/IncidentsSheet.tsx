import { Button } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { get, newKey, post } from "../../../api/client";
import type { Attachment, Incident, Opened } from "../../../api/types";
import { keepAnswer } from "../../../app/client";
import { useFormat } from "../../../i18n/format";
import { Sheet, SheetBody } from "../../../parts/Sheet";
import { inWords } from "../../../parts/trouble";
import { canUndo, isOver, Progress, type Work } from "../../bulk/Progress";
import { Attach } from "../../compose/Attach";
import type { EditorHandle } from "../../compose/Editor";
import { FileChips } from "../../compose/FileChips";
import { fromWire, inlineUrl, isBlank, toHtml, toWire } from "../../compose/html";
import { withChips } from "../../compose/macro/placeholder";
import { useFiles } from "../../compose/useFiles";
import sheet from "../Sheets.module.css";
import css from "./Join.module.css";

const Editor = lazy(() => import("../../compose/Editor"));

interface Found {
  items: Incident[];
  total: number;
}

/** Answers the incidents of a problem, each for itself, shows before what each of them gets, and how it went. */
export function IncidentsSheet({ opened, close }: { opened: Opened; close: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const here = opened.conversation;
  const answered = opened.timeline.messages.findLast((m) => m.kind === "outgoing" && m.authorKind === "agent");
  const [html, setHtml] = useState(() => toHtml(answered?.text ?? ""));
  const [attached, setAttached] = useState<Attachment[]>([]);
  const [asked, setAsked] = useState(html);
  const [left, setLeft] = useState<ReadonlySet<number>>(new Set());
  const [then, setThen] = useState("waiting");
  const [key] = useState(newKey);
  const [id, setId] = useState(0);
  const editor = useRef<EditorHandle>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const files = useFiles(
    (f) => setAttached((all) => [...all, f]),
    (f) => setAttached((all) => all.filter((x) => x.id !== f.id)),
  );
  useEffect(() => {
    const timer = setTimeout(() => setAsked(html), 300);
    return () => clearTimeout(timer);
  }, [html]);
  const found = useQuery({
    queryKey: ["incidents", here.id, asked],
    queryFn: () => post<Found>(`/conversations/${here.id}/incidents/preview`, { html: toWire(asked, attached) }),
    enabled: id === 0,
    placeholderData: (before) => before,
  }).data;
  const work = useQuery({ queryKey: ["bulk", id], queryFn: () => get<Work>(`/bulk/${id}`), enabled: id > 0 }).data;
  const items = found?.items ?? [];
  const stays = items.filter((i) => !isReady(i) || left.has(i.conversation.id)).map((i) => i.conversation.id);
  const count = (found?.total ?? 0) - stays.length;
  const waits = busy || html !== asked || files.uploading.some((u) => !u.problem);

  async function take(list: File[], intoText: boolean) {
    for (const file of list) {
      const inline = intoText && /^image\/(png|jpeg|gif|webp)$/.test(file.type);
      const done = await files.add(file, inline);
      if (done && inline) editor.current?.picture(inlineUrl(done.id), file.name);
    }
  }
  async function ask(path: string, body?: unknown, idempotency?: string) {
    setBusy(true);
    setProblem("");
    try {
      const w = await post<Work>(path, body, idempotency);
      keepAnswer(client, ["bulk", w.id], w);
      setId(w.id);
      void client.invalidateQueries({ queryKey: ["conversation"] });
    } catch (err) {
      setProblem(inWords(t, err));
    }
    setBusy(false);
  }
  const answer = () =>
    ask(
      `/conversations/${here.id}/incidents/answer`,
      {
        html: toWire(editor.current?.html() ?? html, attached),
        attachments: attached.map((f) => f.id),
        leave: stays,
        then,
      },
      key,
    );
  const leave = (ids: number[], away: boolean) => {
    const next = new Set(left);
    for (const i of ids) away ? next.add(i) : next.delete(i);
    setLeft(next);
  };

  return (
    <Sheet label={t("join_sheet.incidents_title", { number: here.number })} close={close}>
      <SheetBody
        title={t("join_sheet.incidents_title", { number: here.number })}
        foot={
          work ? (
            <>
              {!isOver(work) && <Button onClick={() => void ask(`/bulk/${id}/cancel`)}>{t("bulk.cancel")}</Button>}
              {canUndo(work) && (
                <Button loading={busy} onClick={() => void ask(`/bulk/${id}/undo`)}>
                  {t("answer.undo")}
                </Button>
              )}
              <Button variant="filled" onClick={close}>
                {t(isOver(work) ? "common.close" : "bulk.behind")}
              </Button>
            </>
          ) : (
            <>
              <Button onClick={close}>{t("common.cancel")}</Button>
              <Button
                variant="filled"
                loading={busy}
                disabled={count < 1 || isBlank(html) || waits}
                onClick={() => void answer()}
              >
                {t("join_sheet.incidents_act", { count: Math.max(0, count) })}
              </Button>
            </>
          )
        }
      >
        {work ? (
          <Progress work={work} />
        ) : (
          <>
            <div className={css.editor}>
              <Suspense fallback={<div className={css.editorWaits} />}>
                <Editor
                  ref={editor}
                  html={html}
                  label={t("join_sheet.words")}
                  placeholder={t("join_sheet.words")}
                  note={false}
                  focus={false}
                  changed={setHtml}
                  files={(list) => void take(list, true)}
                  send={() => void (waits || count < 1 || answer())}
                  tools={<Attach take={(list) => void take(list, false)} />}
                />
              </Suspense>
              <FileChips files={attached} uploading={files.uploading} remove={files.remove} />
            </div>
            <p className={sheet.hint}>{t("join_sheet.incidents_hint", { example: "{{customer.firstName|…}}" })}</p>
            <label className={sheet.field}>
              {t("join_sheet.then")}
              <select value={then} onChange={(e) => setThen(e.target.value)}>
                {["keep", "waiting", "resolve"].map((x) => (
                  <option key={x} value={x}>
                    {t(`join_sheet.then_${x}`)}
                  </option>
                ))}
              </select>
            </label>
            <section className={sheet.people} aria-label={t("join_sheet.preview")}>
              {[...new Set(items.map((i) => i.language ?? ""))].map((lang) => (
                <Language
                  key={lang}
                  lang={lang}
                  items={items.filter((i) => (i.language ?? "") === lang)}
                  left={left}
                  leave={leave}
                  attached={attached}
                />
              ))}
              {found && found.total > items.length && (
                <p className={sheet.hint}>{t("answer.more", { count: found.total - items.length })}</p>
              )}
              {found?.total === 0 && <p className={sheet.hint}>{t("join_sheet.no_incidents")}</p>}
            </section>
          </>
        )}
        {problem && <p role="alert">{problem}</p>}
      </SheetBody>
    </Sheet>
  );
}

const isReady = (i: Incident) => i.to.length > 0 && i.missing.length === 0;

interface LanguageProps {
  lang: string;
  items: Incident[];
  left: ReadonlySet<number>;
  leave: (ids: number[], away: boolean) => void;
  attached: Attachment[];
}

/** The incidents whose customers read one language: chosen together or one by one, each with what it gets. */
function Language({ lang, items, left, leave, attached }: LanguageProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const can = items.filter(isReady).map((i) => i.conversation.id);
  const chosen = can.filter((i) => !left.has(i));
  return (
    <fieldset className={css.language}>
      <legend>
        <label className={css.choice}>
          <input
            type="checkbox"
            disabled={can.length === 0}
            checked={chosen.length > 0}
            ref={(box) => {
              if (box) box.indeterminate = chosen.length > 0 && chosen.length < can.length;
            }}
            onChange={() => leave(can, chosen.length > 0)}
          />
          <span>
            {lang ? format.languageName(lang) : t("answer.no_language")} · {format.number(chosen.length)}/
            {format.number(items.length)}
          </span>
        </label>
      </legend>
      <ul>
        {items.map((i) => (
          <li key={i.conversation.id} className={css.incident}>
            <label className={css.choice}>
              <input
                type="checkbox"
                disabled={!isReady(i)}
                checked={isReady(i) && !left.has(i.conversation.id)}
                onChange={(e) => leave([i.conversation.id], !e.target.checked)}
              />
              <span className="cut">
                #{i.conversation.number} {i.conversation.subject} · {i.to.map((a) => a.address).join(", ")}
              </span>
            </label>
            <div
              lang={lang || undefined}
              className={css.words}
              // biome-ignore lint/security/noDangerouslySetInnerHtml: the server made it safe, and so does the desk
              dangerouslySetInnerHTML={{ __html: withChips(fromWire(i.html, attached)) }}
            />
            {!isReady(i) && (
              <p className={css.lacks}>
                {i.to.length === 0 ? t("join_sheet.no_way") : t("join_sheet.missing", { names: i.missing.join(", ") })}
              </p>
            )}
          </li>
        ))}
      </ul>
    </fieldset>
  );
}
