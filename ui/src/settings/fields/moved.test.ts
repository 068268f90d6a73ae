import { expect, it } from "vitest";
import { moved } from "./moved";

const list = [1, 2, 3, 4].map((id) => ({ id }));
const ids = (l: { id: number }[]) => l.map((x) => x.id).join("");

it("moves an item up and down, and no further than the ends", () => {
  expect(ids(moved(list, 3, 0))).toBe("3124");
  expect(ids(moved(list, 1, 2))).toBe("2314");
  expect(ids(moved(list, 2, 9))).toBe("1342");
  expect(ids(moved(list, 2, -5))).toBe("2134");
});

it("leaves the list alone where nothing moves", () => {
  expect(moved(list, 1, -1)).toBe(list);
  expect(moved(list, 9, 1)).toBe(list);
});
