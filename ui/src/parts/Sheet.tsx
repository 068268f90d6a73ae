import { type ReactNode, useLayoutEffect, useRef, useState } from "react";
import { opener } from "./opener";
import css from "./Sheet.module.css";

interface Props {
  /** Names the dialog for who cannot see it; a visible title carries its own words. */
  label: string;
  close: () => void;
  className?: string;
  children: ReactNode;
}

/** A dialog over the screen. The browser keeps the focus inside and closes it on Escape; the focus goes back to where it was. */
export function Sheet({ label, close, className, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  // As it was before anything within could ask for the focus.
  const [before] = useState(opener);
  useLayoutEffect(() => {
    const element = dialog.current;
    if (!element) return;
    const wanted = document.activeElement; // a field within that asked for the focus
    element.showModal();
    const first = element.contains(wanted)
      ? wanted
      : element.querySelector("input:not([hidden]), select, textarea, button");
    if (first instanceof HTMLElement) first.focus();
    return () => {
      // What closed it may have put the focus where the work goes on.
      const here = !element.contains(document.activeElement) && document.activeElement !== document.body;
      element.close();
      if (!here && before?.isConnected) before.focus({ preventScroll: true });
    };
  }, [before]);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes it, a click beside it is the pointer's way
    <dialog
      ref={dialog}
      // biome-ignore lint/a11y/noRedundantRoles: keys.ts looks for modal dialogs of every make by this role
      role="dialog"
      aria-modal="true"
      aria-label={label}
      className={`${css.sheet} ${className ?? ""}`}
      onCancel={(e) => {
        e.preventDefault();
        close();
      }}
      onClick={(e) => {
        if (e.target === dialog.current) close();
      }}
    >
      {children}
    </dialog>
  );
}

interface Body {
  title: string;
  children: ReactNode;
  foot?: ReactNode;
  /** There is nothing in it that takes the focus. */
  reading?: boolean;
}

/** The usual inside of a sheet: a title, what it is about, and its buttons at the end. */
export function SheetBody({ title, children, foot, reading }: Body) {
  return (
    <div className={css.body}>
      <h2>{title}</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard, also where there is nothing but words in it */}
      <div className={css.content} tabIndex={reading ? 0 : undefined}>
        {children}
      </div>
      {foot && <div className={css.foot}>{foot}</div>}
    </div>
  );
}
