import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { base } from "../../api/client";
import type { Attachment, Message } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { loadWords } from "../../i18n/i18n";
import { Icon } from "../../parts/Icon";
import css from "./Files.module.css";

const AttachedMail = lazy(() =>
  Promise.all([import("./AttachedMail"), loadWords("mail")]).then(([m]) => ({ default: m.AttachedMail })),
);
const Container = lazy(() =>
  Promise.all([import("./Container"), loadWords("mail")]).then(([m]) => ({ default: m.Container })),
);
const Lightbox = lazy(() => import("./Lightbox").then((m) => ({ default: m.Lightbox })));

const viewable = /^image\/(png|jpe?g|gif|webp|bmp|avif)$/;
export const isPicture = (f: Attachment) => viewable.test(f.type) && !f.held;
const isSafePicture = (f: Attachment) => isPicture(f) && !f.unscanned;

/** What the browser's own viewer shows in place, where it has one; the server's rule is the same. */
const isPdf = (f: Attachment) =>
  navigator.pdfViewerEnabled &&
  !f.held &&
  (f.type === "application/pdf" || (f.type === "application/octet-stream" && /\.pdf$/i.test(f.name)));

const isMail = (f: Attachment) => /^message\/(rfc822|global)$/.test(f.type) && f.held !== "virus";

/** A signed container; the server's rule is the same. */
const isContainer = (f: Attachment) =>
  f.held !== "virus" &&
  (/\.(asice|sce|asics|scs|[ea]doc|bdoc)$/i.test(f.name) ||
    /^application\/vnd\.(etsi\.asic-|lt\.archyvai\.adoc|bdoc)/.test(f.type));

/** "PDF" for a PDF: the ending if it says something, else nothing. */
export function ending(name: string): string {
  const found = /\.([a-z0-9]{1,5})$/i.exec(name)?.[1];
  return found ? found.toUpperCase() : "";
}

/** What came with a message. Pictures that stand in the text are not repeated. */
export function Files({ message }: { message: Message }) {
  const { t } = useTranslation();
  const [at, setAt] = useState(-1);
  const [mail, setMail] = useState<Attachment>();
  const [container, setContainer] = useState<Attachment>();
  const inText = message.rich || Boolean(message.html);
  const files = message.attachments
    .filter((f) => !(f.inline && inText && isPicture(f)))
    .sort((a, b) => Number(isSafePicture(b)) - Number(isSafePicture(a)));
  const shown = files.filter((f) => !f.unscanned && (isPicture(f) || isPdf(f)));
  if (files.length === 0) return null;
  return (
    <>
      <ul className={css.files} aria-label={t("files.label")}>
        {files.map((f) => (
          <li key={f.id}>
            {f.held || f.unscanned ? (
              <Held file={f} />
            ) : isPicture(f) ? (
              <button
                type="button"
                className={css.picture}
                onClick={() => setAt(shown.indexOf(f))}
                aria-label={t("files.look", { name: f.name })}
                title={f.name}
              >
                <img src={`${base}/attachments/${f.id}/thumbnail`} alt="" loading="lazy" />
              </button>
            ) : isPdf(f) || isMail(f) || isContainer(f) ? (
              <button
                type="button"
                className={css.file}
                title={t("files.look", { name: f.name })}
                onClick={() => (isMail(f) ? setMail(f) : isContainer(f) ? setContainer(f) : setAt(shown.indexOf(f)))}
              >
                <Words file={f} />
              </button>
            ) : (
              <a
                className={css.file}
                href={`${base}/attachments/${f.id}`}
                download={f.name}
                title={t("files.download", { name: f.name })}
              >
                <Words file={f} />
              </a>
            )}
          </li>
        ))}
      </ul>
      <Suspense>
        {at >= 0 && <Lightbox files={shown} at={at} go={setAt} close={() => setAt(-1)} />}
        {container && <Container file={container} close={() => setContainer(undefined)} />}
        {mail && <AttachedMail file={mail} close={() => setMail(undefined)} />}
      </Suspense>
    </>
  );
}

function Words({ file }: { file: Attachment }) {
  const format = useFormat();
  const kind = ending(file.name);
  return (
    <>
      {isMail(file) ? (
        <Icon name="letter" size={15} />
      ) : kind ? (
        <span className={css.kind}>{kind}</span>
      ) : (
        <Icon name="file" size={15} />
      )}
      <b className="cut">{file.name}</b>
      <span className={css.size}>{format.size(file.size)}</span>
    </>
  );
}

const known = new Set([
  "executable",
  "script",
  "shortcut",
  "macro",
  "web_page",
  "disk_image",
  "old_archive",
  "system_file",
  "double_extension",
  "reversed_name",
  "virus",
  "encrypted",
]);

/** A file that may do harm, or that nobody has looked at yet: why it is held, and a deliberate way to it. */
function Held({ file }: { file: Attachment }) {
  const { t } = useTranslation();
  const [sure, setSure] = useState(false);
  const code = (file.held ?? "").split(":")[0] ?? "";
  return (
    <div className={css.held} data-waiting={file.held ? undefined : true}>
      <div className={css.heldTop}>
        <Icon name={file.held ? "alert" : "clock"} size={15} />
        <Words file={file} />
      </div>
      {file.held && <p>{known.has(code) ? t(`held.${code}`) : t("held.other", { reason: file.held })}</p>}
      {file.unscanned && <p>{t("held.unscanned")}</p>}
      {code !== "virus" &&
        (sure ? (
          <p>
            {t("held.sure")}{" "}
            <a href={`${base}/attachments/${file.id}?held=1`} download={file.name}>
              {t("held.download")}
            </a>
          </p>
        ) : (
          <button type="button" onClick={() => setSure(true)}>
            {t("held.want")}
          </button>
        ))}
    </div>
  );
}
