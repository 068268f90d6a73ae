import { useRef } from "preact/hooks";
import { Wrong } from "./Form";

/** Files to be sent: chosen one after the other, dropped, or taken back. */
export function Files(props: {
  files: File[];
  fault: string | undefined;
  t: (key: string) => string;
  change: (files: File[]) => void;
}) {
  const { files, fault, t, change } = props;
  const input = useRef<HTMLInputElement>(null);
  const add = (list: FileList | null | undefined) => {
    if (!list?.length) return;
    const known = new Set(files.map(mark));
    change([...files, ...Array.from(list).filter((f) => !known.has(mark(f)))]);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is another way to do what the button does
    <div
      class="field"
      onDragOver={(e) => e.preventDefault()}
      onDrop={(e) => {
        e.preventDefault();
        add(e.dataTransfer?.files);
      }}
    >
      <span class="label">
        {t("files")} <span class="optional">{t("optional")}</span>
      </span>
      {files.length > 0 && (
        <ul class="files">
          {files.map((f) => (
            <li key={mark(f)}>
              <span>{f.name}</span>
              <button
                type="button"
                class="plain"
                aria-label={t("remove").replace("{name}", f.name)}
                onClick={() => {
                  change(files.filter((other) => other !== f));
                  input.current?.focus();
                }}
              >
                ×
              </button>
            </li>
          ))}
        </ul>
      )}
      <input
        ref={input}
        id="files"
        type="file"
        multiple
        aria-invalid={Boolean(fault)}
        aria-describedby={fault ? "files-hint files-fault" : "files-hint"}
        onChange={(e) => {
          add(e.currentTarget.files);
          e.currentTarget.value = ""; // the same file can be chosen again after it was taken back
        }}
      />
      <label class="pick" for="files">
        {t("add_files")}
      </label>
      <p class="hint" id="files-hint">
        {t("files_hint")}
      </p>
      <Wrong id="files" fault={fault} />
    </div>
  );
}

const mark = (f: File) => `${f.name}/${f.size}/${f.lastModified}`;
