import { render, screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { Sheet } from "./Sheet";

function Page({ open }: { open: boolean }) {
  return (
    <>
      <button type="button">where the work is</button>
      {open && (
        <Sheet label="a question" close={() => {}}>
          {/* biome-ignore lint/a11y/noAutofocus: as forms in sheets do */}
          <input autoFocus aria-label="answer" />
        </Sheet>
      )}
    </>
  );
}

it("gives the focus back to where it was, though a field within asked for it", () => {
  const { rerender } = render(<Page open={false} />);
  const work = screen.getByRole("button", { name: "where the work is" });
  work.focus();
  rerender(<Page open />);
  expect(document.activeElement).toBe(screen.getByLabelText("answer"));
  rerender(<Page open={false} />);
  expect(document.activeElement).toBe(work);
});

function MenuPage({ menu, sheet }: { menu: boolean; sheet: boolean }) {
  return (
    <>
      <button type="button" id="more">
        more
      </button>
      {menu && (
        <div role="menu" aria-labelledby="more">
          <button type="button" role="menuitem">
            ask
          </button>
        </div>
      )}
      {sheet && (
        <Sheet label="a question" close={() => {}}>
          <input aria-label="answer" />
        </Sheet>
      )}
    </>
  );
}

it("gives the focus back to the button of the menu that it was chosen in", () => {
  const { rerender } = render(<MenuPage menu sheet={false} />);
  screen.getByRole("menuitem", { name: "ask" }).focus();
  // The menu is gone before the sheet's code is there.
  rerender(<MenuPage menu={false} sheet={false} />);
  rerender(<MenuPage menu={false} sheet />);
  rerender(<MenuPage menu={false} sheet={false} />);
  expect(document.activeElement).toBe(screen.getByRole("button", { name: "more" }));
});
