import { useTranslation } from "react-i18next";
import type { Attachment } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { Icon } from "../../parts/Icon";
import { ending } from "../conversation/Files";
import css from "./FileChips.module.css";
import type { Uploading } from "./useFiles";

interface Props {
  files: Attachment[];
  uploading: Uploading[];
  remove: (file: Attachment) => void;
}

/** What will go with a message, and what is still on its way up. */
export function FileChips({ files, uploading, remove }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  if (files.length + uploading.length === 0) return null;
  return (
    <ul className={css.chips} aria-label={t("files.label")}>
      {files.map((f) => (
        <li key={f.id} className={css.chip}>
          <span className={css.kind}>{ending(f.name)}</span>
          <b className="cut">{f.name}</b>
          {f.size > 0 && <span className={css.quiet}>{format.size(f.size)}</span>}
          <button type="button" aria-label={t("files.remove", { name: f.name })} onClick={() => remove(f)}>
            <Icon name="close" size={13} />
          </button>
        </li>
      ))}
      {uploading.map((u) => (
        <li key={u.key} className={css.chip} data-bad={u.problem ? true : undefined}>
          <span className={css.kind}>{ending(u.name)}</span>
          <b className="cut">{u.name}</b>
          {u.problem ? (
            <span role="alert">{u.problem}</span>
          ) : (
            <>
              <progress value={u.share} max={1} aria-label={t("files.uploading", { name: u.name })} />
              <span className={css.quiet}>{Math.round(u.share * 100)}%</span>
            </>
          )}
          <button type="button" aria-label={t("files.remove", { name: u.name })} onClick={u.stop}>
            <Icon name="close" size={13} />
          </button>
        </li>
      ))}
    </ul>
  );
}
