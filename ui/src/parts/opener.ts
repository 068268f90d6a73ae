// A menu's items are gone once one was chosen, and with them the focus: what stands for them is the button that the menu hangs on.
let ofMenu: HTMLElement | undefined;

/** The button of the menu that an element is in. */
function menuButton(element: Element | null): HTMLElement | undefined {
  const name = element?.closest('[role="menu"]')?.getAttribute("aria-labelledby");
  return (name && document.getElementById(name)) || undefined;
}

document.addEventListener("focusin", (e) => {
  ofMenu = menuButton(e.target as Element);
});

/** Where the focus is to return once what opens now is closed. */
export function opener(): HTMLElement | undefined {
  const at = document.activeElement;
  if (!at || at === document.body) return ofMenu;
  return menuButton(at) ?? (at instanceof HTMLElement ? at : undefined);
}
