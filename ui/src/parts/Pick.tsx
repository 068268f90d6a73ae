import { Popover } from "@mantine/core";
import type { ReactElement, ReactNode } from "react";
import css from "./Pick.module.css";

interface Props {
  label: string;
  open: boolean;
  setOpen: (open: boolean) => void;
  target: ReactElement;
  children: ReactNode;
}

/** A small panel of choices and fields beneath a button; arrow keys walk through the choices. */
export function Pick({ label, open, setOpen, target, children }: Props) {
  return (
    <Popover opened={open} onChange={setOpen} trapFocus returnFocus position="bottom-end" width={270} radius={10}>
      <Popover.Target>{target}</Popover.Target>
      <Popover.Dropdown
        aria-label={label}
        className={css.panel}
        onKeyDown={(e) => {
          if (e.key !== "ArrowDown" && e.key !== "ArrowUp") return;
          const choices = [...e.currentTarget.querySelectorAll<HTMLElement>("[data-choice]")];
          const at = choices.indexOf(document.activeElement as HTMLElement);
          const next =
            choices[at + (e.key === "ArrowDown" ? 1 : -1)] ?? (e.key === "ArrowDown" ? choices[0] : choices.at(-1));
          e.preventDefault();
          next?.focus();
        }}
      >
        {children}
      </Popover.Dropdown>
    </Popover>
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
