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
