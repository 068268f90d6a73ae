// A button that waits for the server is disabled meanwhile, and browsers take the focus from what is disabled without telling anybody (HTML, "focus
// fixup"). It gets it back when it can be pressed again, unless the reader has gone elsewhere.
let last: EventTarget | null = null;

document.addEventListener("focusin", (e) => {
  last = e.target;
});

new MutationObserver((changes) => {
  for (const { target } of changes) {
    if (target !== last || !(target instanceof HTMLButtonElement) || target.disabled) continue;
    if (document.activeElement === document.body) target.focus({ preventScroll: true });
  }
}).observe(document, { subtree: true, attributeFilter: ["disabled"] });
