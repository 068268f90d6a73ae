import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { newKey, post } from "../../api/client";
import { useDirectory } from "../../api/queries";
import type { Attachment, CallRecord, Conversation, Opened } from "../../api/types";
import { keepAnswer } from "../../app/client";
import { useMe } from "../../app/session";
import { loadWords } from "../../i18n/i18n";
import { fieldOf, fromField } from "../../i18n/zone";
import { DateInput } from "../../parts/DateInput";
import { Icon, type IconName } from "../../parts/Icon";
import { toast } from "../../parts/toast";
import { ActSheet, useAttempt } from "../ActSheet";
import css from "../conversation/Sheets.module.css";
import { commitmentsOf, type Promised } from "../promises/along";
import { Attach } from "./Attach";
import { FileChips } from "./FileChips";
import { toHtml } from "./html";
import { useFiles } from "./useFiles";

const Offer = lazy(() => Promise.all([import("../promises/Offer"), loadWords("promise")]).then(([m]) => m));

type By = "phone" | "visit" | "letter";
const icons: Record<By, IconName> = { phone: "phone", visit: "visit", letter: "letter" };
const outcomes: Record<By, CallRecord["outcome"][]> = {
  phone: ["", "agreed", "no_answer", "call_back", "left_message", "other"],
  visit: ["", "agreed", "call_back", "other"],
  letter: ["", "delivered", "other"],
};

/** Writes down a call, a visit or a letter: in an open conversation, or as a new one. */
export function RecordSheet({
  conversation,
  begin = "phone",
  close,
}: {
  conversation?: Conversation;
  begin?: By;
  close: () => void;
}) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const zone = useMe().timeZone;
  const directory = useDirectory();
  const inboxes = directory.inboxes.filter((i) => i.active);
  const [by, setBy] = useState<By>(begin);
  const [direction, setDirection] = useState<"in" | "out">("in");
  const [files, setFiles] = useState<Attachment[]>([]);
  const attempt = useAttempt(close);
  const [key] = useState(newKey);
  const uploads = useFiles(
    (f) => setFiles((all) => [...all, f]),
    (f) => setFiles((all) => all.filter((x) => x.id !== f.id)),
  );

  const [words, setWords] = useState("");
  const [promised, setPromised] = useState<Promised[]>([]);
  const written = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState(() => fieldOf(Date.now(), zone));
  async function keep(form: HTMLFormElement) {
    const data = new FormData(form);
    const say = (name: string) => String(data.get(name) ?? "").trim();
    const minutes = Number(say("minutes"));
    const record: CallRecord = {
      direction,
      ...(say("with") ? { with: say("with") } : {}),
      ...(say("outcome") ? { outcome: say("outcome") as CallRecord["outcome"] } : {}),
      ...(by === "phone" && minutes > 0 ? { seconds: Math.round(minutes * 60) } : {}),
    };
    const when = fromField(at, zone);
    const body = {
      channel: by,
      record,
      ...(when ? { at: new Date(when).toISOString() } : {}),
      html: toHtml(words.trim()),
      attachments: files.map((f) => f.id),
    };
    if (conversation) {
      await post(`/conversations/${conversation.id}/records`, { ...body, ...commitmentsOf(promised) }, key);
      void client.invalidateQueries({ queryKey: ["conversation", conversation.number] });
      toast(t("record.done"));
      return;
    }
    const made = await post<Opened>(
      "/conversations/record",
      { ...body, inbox: Number(say("inbox")), name: say("name"), address: say("address"), subject: say("subject") },
      key,
    );
    keepAnswer(client, ["conversation", made.conversation.number], made);
    toast(t("record.done"));
    void navigate({ to: "/view/$view/$number", params: { view: "mine", number: String(made.conversation.number) } });
  }

  return (
    <ActSheet title={t("record.title")} close={close} attempt={attempt} act={t("record.keep")} work={keep}>
      <fieldset className={css.choices} aria-label={t("record.what")}>
        {(["phone", "visit", "letter"] as const).map((c) => (
          <label key={c}>
            <input type="radio" name="channel" checked={by === c} onChange={() => setBy(c)} />
            <span>
              <Icon name={icons[c]} size={15} />
              {t(`record.${c}`)}
            </span>
          </label>
        ))}
      </fieldset>
      <fieldset className={css.choices} aria-label={t("record.direction")}>
        {(["in", "out"] as const).map((d) => (
          <label key={d}>
            <input type="radio" name="direction" checked={direction === d} onChange={() => setDirection(d)} />
            <span>{t(`record.${by}_${d}`)}</span>
          </label>
        ))}
      </fieldset>
      {!conversation && (
        <>
          <div className={css.pair}>
            <label className={css.field}>
              {t("record.name")}
              <input name="name" required maxLength={200} autoComplete="off" />
            </label>
            <label className={css.field}>
              {t("record.address")}
              <input name="address" maxLength={320} autoComplete="off" placeholder="+371 2000 0000" />
            </label>
          </div>
          <label className={css.field}>
            {t("compose.subject")}
            <input name="subject" required maxLength={998} />
          </label>
          <label className={css.field}>
            {t("record.inbox")}
            <select name="inbox">
              {inboxes.map((i) => (
                <option key={i.id} value={i.id}>
                  {i.name}
                </option>
              ))}
            </select>
          </label>
        </>
      )}
      <div className={css.pair}>
        <div className={css.field}>
          <span aria-hidden="true">{t("record.at")}</span>
          <DateInput time label={t("record.at")} value={at} max={fieldOf(Date.now() + 60_000, zone)} change={setAt} />
        </div>
        {by === "phone" && (
          <label className={css.field}>
            {t("record.minutes")}
            <input name="minutes" type="number" min={0} max={1440} step="0.5" />
          </label>
        )}
        <label className={css.field}>
          {t("record.outcome")}
          <select name="outcome">
            {outcomes[by].map((o) => (
              <option key={o} value={o}>
                {o ? t(`record.outcome_${o}`) : "–"}
              </option>
            ))}
          </select>
        </label>
        <label className={css.field}>
          {t("record.with")}
          <input name="with" maxLength={200} autoComplete="off" />
        </label>
      </div>
      <div ref={written}>
        <label className={css.field}>
          {t("record.words")}
          <textarea
            name="words"
            rows={5}
            required={by !== "letter" || files.length === 0}
            value={words}
            onChange={(e) => setWords(e.target.value)}
          />
        </label>
        {conversation && (
          <Suspense>
            <Offer
              conversation={conversation.id}
              text={words}
              list={promised}
              add={(n) => setPromised([...promised, { words: n.sentence.slice(0, 500), due: n.due }])}
              remove={(p) => setPromised(promised.filter((x) => x !== p))}
              box={written}
            />
          </Suspense>
        )}
      </div>
      <div>
        <span className={css.row}>
          <Attach take={(list) => void Promise.all(list.map((f) => uploads.add(f)))} />
          <span className={css.hint}>{t("record.scan")}</span>
        </span>
        <FileChips files={files} uploading={uploads.uploading} remove={uploads.remove} />
      </div>
    </ActSheet>
  );
}
