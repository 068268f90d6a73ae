import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Attachment } from "../../api/types";
import { Icon } from "../../parts/Icon";
import { Sheet } from "../../parts/Sheet";
import { fileUrl, inlineUrl } from "../compose/html";
import { isPicture } from "./Files";
import css from "./Lightbox.module.css";

interface Props {
  files: Attachment[];
  at: number;
  go: (at: number) => void;
  close: () => void;
}

/** Pictures and PDFs as large as the screen allows, one after the other by arrow keys. */
export function Lightbox({ files, at, go, close }: Props) {
  const { t } = useTranslation();
  const stage = useRef<HTMLDivElement>(null);
  const file = files[at];
  // The browser's viewer may keep the keys of a PDF: the next file takes them back.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another file is what this is for
  useEffect(() => {
    if (!stage.current?.contains(document.activeElement) || document.activeElement?.tagName === "IFRAME")
      stage.current?.focus();
  }, [at]);
  if (!file) return null;
  const many = files.length > 1;
  const step = (by: number) => go((at + by + files.length) % files.length);
  return (
    <Sheet label={file.name} close={close} className={css.sheet}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: arrow keys from whatever has the focus within */}
      <div
        ref={stage}
        tabIndex={-1}
        className={css.stage}
        onKeyDown={(e) => {
          if (!many) return;
          if (e.key === "ArrowRight") step(1);
          if (e.key === "ArrowLeft") step(-1);
        }}
      >
        <div className={css.bar}>
          <b className="cut">{file.name}</b>
          {many && (
            <>
              <button
                type="button"
                onClick={() => step(-1)}
                aria-label={t("files.previous")}
                title={t("files.previous")}
              >
                <Icon name="back" />
              </button>
              <span className={css.count} role="status">
                {at + 1} / {files.length}
              </span>
              <button type="button" onClick={() => step(1)} aria-label={t("files.next")} title={t("files.next")}>
                <Icon name="next" />
              </button>
            </>
          )}
          <a href={fileUrl(file.id)} download={file.name} aria-label={t("files.download", { name: file.name })}>
            <Icon name="download" />
          </a>
          <button type="button" onClick={close} aria-label={t("common.close")}>
            <Icon name="close" />
          </button>
        </div>
        {isPicture(file) ? (
          <img key={file.id} src={inlineUrl(file.id)} alt={file.name} />
        ) : (
          // No sandbox: it would keep the browser's viewer out. What is loaded is a PDF by its type, sniffing is off, and the viewer is no page of ours.
          <iframe key={file.id} src={`${inlineUrl(file.id)}#view=FitH`} title={file.name} className={css.pdf} />
        )}
      </div>
    </Sheet>
  );
}
