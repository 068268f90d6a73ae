import css from "./Composer.module.css";
import { toHtml } from "./html";

interface WaitingProps {
  label: string;
  text: string;
  focus: boolean;
  locked: boolean;
  changed: (html: string) => void;
  send: (resolve: boolean) => void;
}

/** Takes the first keys while the editor is on its way, so that none of them is lost or taken for a command; and all of them where it cannot come. */
export function Waiting({ label, text, focus, locked, changed, send }: WaitingProps) {
  return (
    <textarea
      className={css.waiting}
      aria-label={label}
      defaultValue={text}
      readOnly={locked}
      // biome-ignore lint/a11y/noAutofocus: writing was asked for
      autoFocus={focus}
      onChange={(e) => changed(toHtml(e.target.value))}
      onKeyDown={(e) => {
        if (e.key !== "Enter" || !(e.ctrlKey || e.metaKey)) return;
        e.preventDefault();
        send(e.shiftKey);
      }}
    />
  );
}
