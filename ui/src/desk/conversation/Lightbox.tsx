import { useTranslation } from "react-i18next";
import type { Attachment } from "../../api/types";
import { Icon } from "../../parts/Icon";
import { Sheet } from "../../parts/Sheet";
import { fileUrl, inlineUrl } from "../compose/html";
import css from "./Lightbox.module.css";

interface Props {
  files: Attachment[];
  at: number;
  go: (at: number) => void;
  close: () => void;
}

/** A picture as large as the screen allows. */
export function Lightbox({ files, at, go, close }: Props) {
  const { t } = useTranslation();
  const file = files[at];
  if (!file) return null;
  const many = files.length > 1;
  const step = (by: number) => go((at + by + files.length) % files.length);
  return (
    <Sheet label={file.name} close={close} className={css.sheet}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: arrow keys from whatever has the focus within */}
      <div
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
            <span>
              {at + 1} / {files.length}
            </span>
          )}
          <a href={fileUrl(file.id)} download={file.name} aria-label={t("files.download", { name: file.name })}>
            <Icon name="download" />
          </a>
          <button type="button" onClick={close} aria-label={t("common.close")}>
            <Icon name="close" />
          </button>
        </div>
        <img src={inlineUrl(file.id)} alt={file.name} />
        {many && (
          <>
            <button type="button" className={css.before} onClick={() => step(-1)} aria-label={t("files.previous")}>
              <Icon name="back" size={24} />
            </button>
            <button type="button" className={css.after} onClick={() => step(1)} aria-label={t("files.next")}>
              <Icon name="next" size={24} />
            </button>
          </>
        )}
      </div>
    </Sheet>
  );
}
