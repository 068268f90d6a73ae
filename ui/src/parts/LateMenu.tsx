import { Menu, type MenuProps } from "@mantine/core";
import { cloneElement, type ReactNode, type Ref, useEffect, useRef, useState } from "react";
import type { Face } from "./OnReach";

interface Props extends Pick<MenuProps, "width" | "position" | "closeOnItemClick"> {
  face: Face;
  open: boolean;
  setOpen: (open: boolean) => void;
  className?: string;
  children: ReactNode;
}

/** A menu that comes with its code (OnReach): it takes the place of its button, focus included, before it opens. */
export function LateMenu({ face, open, setOpen, className, children, ...menu }: Props) {
  const target = useRef<HTMLButtonElement>(null);
  const [drawn, setDrawn] = useState(false);
  useEffect(() => {
    target.current?.focus({ preventScroll: true });
    setDrawn(true);
  }, []);
  return (
    <Menu opened={open && drawn} onChange={setOpen} {...menu}>
      <Menu.Target>
        {cloneElement(face as Face & { ref?: Ref<HTMLButtonElement> }, { ref: target } as object)}
      </Menu.Target>
      <Menu.Dropdown className={className}>{children}</Menu.Dropdown>
    </Menu>
  );
}
