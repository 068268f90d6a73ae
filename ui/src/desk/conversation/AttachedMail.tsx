import { useState } from "react";
import { useTranslation } from "react-i18next";
import { base } from "../../api/client";
import type { Attachment, NamedAddress } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { Icon } from "../../parts/Icon";
import css from "./AttachedMail.module.css";
import { FileSheet } from "./FileSheet";
import { ending } from "./Files";
import { Frame } from "./Frame";
import { linkify } from "./linkify";

/** A mail that came as an attachment (message/rfc822). */
interface Body {
  from: NamedAddress[];
  to: NamedAddress[];
  cc: NamedAddress[];
  subject: string;
  sentAt?: string | null;
  text: string;
  folded?: string;
  /** It has HTML, shown in a frame. */
  rich?: boolean;
  attachments: { name: string; type: string; size: number; held?: string }[];
  cut?: boolean;
}

/** A mail within a mail, readable in place: its headers, its words and what came with it. */
export function AttachedMail({ file, close }: { file: Attachment; close: () => void }) {
  const { t } = useTranslation();
  return (
    <FileSheet<Body>
      file={file}
      close={close}
      className={css.sheet}
      part="mail"
      title={(mail) => mail.subject || t("list.no_subject")}
      download={t("message.original")}
      failed={t("attached.failed", { name: file.name })}
    >
      {(mail) => <Mail mail={mail} file={file.id} />}
    </FileSheet>
  );
}

function Mail({ mail: m, file }: { mail: Body; file: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [unfolded, setUnfolded] = useState(false);
  const lines: [string, NamedAddress[]][] = [
    [t("attached.from"), m.from],
    [t("recipients.to"), m.to],
    [t("recipients.cc"), m.cc],
  ];
  const folded = (m.folded ?? "").trim();
  return (
    <>
      <dl className={css.head}>
        {lines
          .filter(([, list]) => list.length > 0)
          .map(([label, list]) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>
                {list.map((a, i) => (
                  <span key={`${a.address}${i}`}>
                    {a.name ? <b>{a.name}</b> : null} <span>{a.name ? `<${a.address}>` : a.address}</span>
                    {i < list.length - 1 && ", "}
                  </span>
                ))}
              </dd>
            </div>
          ))}
        {m.sentAt && (
          <div>
            <dt>{t("attached.sent")}</dt>
            <dd>{format.exact(Date.parse(m.sentAt))}</dd>
          </div>
        )}
      </dl>
      {m.rich ? (
        <Frame path={`/attachments/${file}`} query={{ frame: 1 }} />
      ) : m.text.trim() ? (
        <p className={css.text}>{linkify(m.text.trim())}</p>
      ) : (
        <p>{t("message.no_words")}</p>
      )}
      {folded && !m.rich && (
        <div className={css.folded}>
          <button type="button" aria-expanded={unfolded} onClick={() => setUnfolded(!unfolded)}>
            ··· {t("message.folded", { count: folded.split("\n").length })}
          </button>
          {unfolded && <p className={css.quote}>{linkify(folded)}</p>}
        </div>
      )}
      {m.attachments.length > 0 && (
        <section>
          <h3 className={css.title}>{t("attached.files")}</h3>
          <ul className={css.files}>
            {m.attachments.map((f, i) => {
              const words = (
                <>
                  <span className={css.kind}>
                    {ending(f.name) || <Icon name={f.held ? "alert" : "file"} size={15} />}
                  </span>
                  <b className="cut">{f.name || f.type}</b>
                  <span className={css.size}>{format.size(f.size)}</span>
                </>
              );
              const at = `${base}/attachments/${file}/mail/files/${i}`;
              return (
                <li key={i}>
                  {m.cut ? (
                    words
                  ) : f.held ? (
                    <>
                      {words}
                      <a
                        href={`${at}?held=1`}
                        download={f.name}
                        title={t("held.sure")}
                        aria-label={`${f.name}: ${t("held.download")}`}
                      >
                        {t("held.download")}
                      </a>
                    </>
                  ) : (
                    <a href={at} download={f.name} title={t("files.download", { name: f.name })}>
                      {words}
                      <Icon name="download" size={15} />
                    </a>
                  )}
                </li>
              );
            })}
          </ul>
        </section>
      )}
    </>
  );
}
