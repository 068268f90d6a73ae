import { cloneElement, type ReactElement, type ReactNode, Suspense, useState } from "react";

/** A button that a menu hangs on. */
export type Face = ReactElement<React.ComponentProps<"button">>;

interface Props {
  face: Face;
  open: boolean;
  setOpen: (open: boolean) => void;
  /** Fetches the code of the menu. */
  load: () => Promise<unknown>;
  /** The menu with its face, drawn from the first time on that it is opened. */
  children: ReactNode;
}

/** Has the code of a menu fetched when its button is reached for, and draws the menu when it is opened first. */
export function OnReach({ face, open, setOpen, load, children }: Props) {
  const [used, setUsed] = useState(false);
  if (open && !used) setUsed(true);
  const soon = () => void load().catch(() => undefined); // no connection: opening it asks again
  const idle = cloneElement(face, {
    "aria-haspopup": "menu",
    "aria-expanded": open,
    onPointerEnter: soon,
    onFocus: soon,
    onClick: () => setOpen(true),
  });
  if (!used && !open) return idle;
  return <Suspense fallback={idle}>{children}</Suspense>;
}
