import {
  cloneElement,
  type KeyboardEvent,
  type ReactElement,
  type ReactNode,
  type RefObject,
  useEffect,
  useLayoutEffect,
  useRef,
} from "react";
import { createPortal } from "react-dom";
import css from "./Pick.module.css";

interface Props {
  label: string;
  open: boolean;
  setOpen: (open: boolean) => void;
  target: ReactElement<{ "aria-haspopup"?: "dialog"; "aria-expanded"?: boolean }>;
  children: ReactNode;
}

/**
 * A small panel of choices and fields beneath a button; arrow keys walk through the choices. It is our own since it belongs to the first load: the library's
 * popover costs more than the whole list.
 */
export function Pick({ label, open, setOpen, target, children }: Props) {
  const anchor = useRef<HTMLSpanElement>(null);
  return (
    <span ref={anchor} className={css.anchor}>
      {cloneElement(target, { "aria-haspopup": "dialog", "aria-expanded": open })}
      {open &&
        createPortal(
          <Panel label={label} anchor={anchor} close={() => setOpen(false)}>
            {children}
          </Panel>,
          document.getElementById("main") ?? document.body, // within the landmark, for who moves by them
        )}
    </span>
  );
}

interface PanelProps {
  label: string;
  anchor: RefObject<HTMLSpanElement | null>;
  close: () => void;
  children: ReactNode;
}

const edge = 8;
const focusable = "button:not([disabled]), input:not([disabled]), select, textarea, a[href]";

function Panel({ label, anchor, close, children }: PanelProps) {
  const panel = useRef<HTMLDivElement>(null);
  const latest = useRef(close);
  latest.current = close;

  // Beneath the button with both right edges in line, above it where there is more room, and always within the window. Where the button is folded away
  // (narrow screens open it from a menu) it hangs at the top.
  useLayoutEffect(() => {
    const place = () => {
      const box = panel.current;
      const button = anchor.current?.firstElementChild?.getBoundingClientRect();
      if (!box || !button) return;
      const hidden = button.width === 0;
      const { offsetWidth: width, offsetHeight: height } = box;
      const right = hidden ? window.innerWidth - edge : button.right;
      const below = hidden ? 56 : button.bottom + 6;
      const above = button.top - 6 - height;
      const top = below + height > window.innerHeight - edge && above >= edge ? above : below;
      box.style.left = `${Math.max(edge, Math.min(right - width, window.innerWidth - width - edge))}px`;
      box.style.top = `${Math.max(edge, Math.min(top, window.innerHeight - height - edge))}px`;
    };
    place();
    window.addEventListener("resize", place);
    return () => window.removeEventListener("resize", place);
  });

  useEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    const box = panel.current;
    (box?.querySelector<HTMLElement>("[data-autofocus]") ?? box?.querySelector<HTMLElement>(focusable))?.focus();
    const outside = (e: PointerEvent) => {
      const at = e.target as Node;
      if (!box?.contains(at) && !anchor.current?.contains(at)) latest.current();
    };
    document.addEventListener("pointerdown", outside, true);
    return () => {
      document.removeEventListener("pointerdown", outside, true);
      // Back to where the reader was, unless he has gone on to something else.
      if (!document.activeElement || document.activeElement === document.body || box?.contains(document.activeElement))
        before?.focus();
    };
  }, [anchor]);

  function onKeyDown(e: KeyboardEvent<HTMLDivElement>) {
    const box = e.currentTarget;
    if (e.key === "Escape") {
      e.preventDefault();
      e.stopPropagation();
      close();
    }
    if (e.key === "Tab") {
      const stops = [...box.querySelectorAll<HTMLElement>(focusable)];
      const last = e.shiftKey ? stops[0] : stops.at(-1);
      if (document.activeElement !== last) return;
      e.preventDefault();
      (e.shiftKey ? stops.at(-1) : stops[0])?.focus();
    }
    if (e.key === "ArrowDown" || e.key === "ArrowUp") {
      const choices = [...box.querySelectorAll<HTMLElement>("[data-choice]")];
      const at = choices.indexOf(document.activeElement as HTMLElement);
      const down = e.key === "ArrowDown";
      e.preventDefault();
      (choices[at + (down ? 1 : -1)] ?? (down ? choices[0] : choices.at(-1)))?.focus();
    }
  }

  return (
    <div ref={panel} role="dialog" aria-label={label} tabIndex={-1} className={css.panel} onKeyDown={onKeyDown}>
      {children}
    </div>
  );
}

export function PickTitle({ children }: { children: ReactNode }) {
  return <p className={css.title}>{children}</p>;
}

interface ChoiceProps {
  left?: ReactNode;
  right?: ReactNode;
  on?: boolean;
  run: () => void;
  children: ReactNode;
}

export function Choice({ left, right, on, run, children }: ChoiceProps) {
  return (
    <button type="button" data-choice className={css.choice} aria-pressed={on} onClick={run}>
      {left}
      <span className="cut">{children}</span>
      {right && <span className={css.right}>{right}</span>}
    </button>
  );
}
