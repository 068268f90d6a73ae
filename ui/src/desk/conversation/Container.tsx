import { useTranslation } from "react-i18next";
import { base } from "../../api/client";
import type { Attachment } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { Icon } from "../../parts/Icon";
import css from "./Container.module.css";
import { FileSheet } from "./FileSheet";
import { ending } from "./Files";

type State = "signed" | "partly" | "unsigned" | "altered" | "unchecked";

/** What a signed container holds, as it claims. */
interface Content {
  verified: boolean;
  files: { index: number; name: string; size: number; state: State; held?: string }[];
  signatures: {
    signer: string;
    organisation?: string;
    issuer?: string;
    signedAt?: string | null;
    validTo?: string | null;
    stamped?: boolean;
    seal?: boolean;
  }[];
  cut?: boolean;
}

/** A signed container (.asice, .edoc, .adoc …): its files, who signed them, and that nobody has checked it. */
export function Container({ file, close }: { file: Attachment; close: () => void }) {
  const { t } = useTranslation();
  return (
    <FileSheet<Content>
      file={file}
      close={close}
      className={css.sheet}
      part="container"
      download={file.held ? undefined : t("container.whole")}
      failed={t("container.failed", { name: file.name })}
    >
      {(content) => <Inside content={content} file={file} />}
    </FileSheet>
  );
}

function Inside({ content: c, file }: { content: Content; file: Attachment }) {
  const { t } = useTranslation();
  const altered = c.files.some((f) => f.state === "altered");
  return (
    <>
      <div className={altered ? css.broken : css.unverified} role={altered ? "alert" : undefined}>
        <Icon name="alert" size={16} />
        <p>{altered ? t("container.altered_all") : t("container.unverified")}</p>
      </div>
      <section>
        <h3 className={css.title}>{t("container.files")}</h3>
        {c.files.length === 0 && <p className={css.none}>{t("container.no_files")}</p>}
        <ul className={css.list}>
          {c.files.map((f) => (
            <Inner key={f.index} of={f} file={file} />
          ))}
        </ul>
        {c.cut && <p className={css.none}>{t("container.cut")}</p>}
      </section>
      <section>
        <h3 className={css.title}>{t("container.signers")}</h3>
        {c.signatures.length === 0 && <p className={css.none}>{t("container.no_signers")}</p>}
        <ul className={css.list}>
          {c.signatures.map((s, i) => (
            <Signer key={i} of={s} />
          ))}
        </ul>
      </section>
    </>
  );
}

const shownInPlace = /\.(pdf|png|jpe?g|gif|webp)$/i;

function Inner({ of: f, file }: { of: Content["files"][number]; file: Attachment }) {
  const { t } = useTranslation();
  const format = useFormat();
  const at = `${base}/attachments/${file.id}/container/${f.index}`;
  const dangerous = Boolean(f.held || file.held);
  const name = f.name.split("/").pop() ?? f.name;
  return (
    <li className={css.row}>
      <span className={css.kind}>{ending(f.name) || <Icon name="file" size={15} />}</span>
      <span className={css.words}>
        <b>{f.name}</b>
        <small>
          {format.size(f.size)} ·{" "}
          <span className={f.state === "altered" ? css.bad : undefined}>{t(`container.state.${f.state}`)}</span>
        </small>
      </span>
      {dangerous ? (
        <a className={css.act} href={`${at}?held=1`} download={name}>
          <Icon name="alert" size={15} />
          {t("held.download")}
        </a>
      ) : (
        <>
          {shownInPlace.test(f.name) && (
            <a
              className={css.act}
              href={`${at}?inline=1`}
              target="_blank"
              rel="noopener noreferrer"
              aria-label={t("files.look", { name })}
            >
              <Icon name="eye" size={15} />
              <span className={css.wide}>{t("container.look")}</span>
            </a>
          )}
          <a className={css.act} href={at} download={name} aria-label={t("files.download", { name })}>
            <Icon name="download" size={15} />
          </a>
        </>
      )}
    </li>
  );
}

function Signer({ of: s }: { of: Content["signatures"][number] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const about = [
    s.signedAt &&
      t(s.stamped ? "container.at_stamped" : "container.at", { when: format.exact(Date.parse(s.signedAt)) }),
    s.issuer && t("container.issued", { issuer: s.issuer }),
  ].filter(Boolean);
  return (
    <li className={css.row}>
      <span className={css.kind}>
        <Icon name={s.seal ? "visit" : "person"} size={15} />
      </span>
      <span className={css.words}>
        <b>
          {s.signer || t("container.unknown")}
          {s.organisation && s.organisation !== s.signer && <span className={css.of}> · {s.organisation}</span>}
        </b>
        {about.length > 0 && <small>{about.join(" · ")}</small>}
      </span>
      <span className={css.mark}>{t("container.not_verified")}</span>
    </li>
  );
}
