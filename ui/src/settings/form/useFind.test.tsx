import { fireEvent, render, screen } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { useFind } from "./useFind";

vi.mock("react-i18next", () => ({ useTranslation: () => ({ t: (key: string) => key }) }));

function List({ names }: { names: string[] }) {
  const [found, field] = useFind(names, (n) => n);
  return (
    <>
      {field}
      <ul>
        {found.map((n) => (
          <li key={n}>{n}</li>
        ))}
      </ul>
    </>
  );
}

const many = ["Jānis Ozols", "Jana Ozola", ...Array.from({ length: 20 }, (_, i) => `Person ${i}`)];

it("finds all words in any order, with accents or without", () => {
  render(<List names={many} />);
  fireEvent.change(screen.getByRole("searchbox"), { target: { value: "OZOL janis" } });
  expect(screen.getAllByRole("listitem").map((li) => li.textContent)).toEqual(["Jānis Ozols"]);
  fireEvent.change(screen.getByRole("searchbox"), { target: { value: "nobody" } });
  expect(screen.queryAllByRole("listitem")).toEqual([]);
  expect(screen.getByRole("status").textContent).toBe("form.none_found");
});

it("leaves a short list alone", () => {
  render(<List names={["b", "a"]} />);
  expect(screen.queryByRole("searchbox")).toBeNull();
  expect(screen.getAllByRole("listitem")).toHaveLength(2);
});
