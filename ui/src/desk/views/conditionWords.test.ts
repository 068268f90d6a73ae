import { expect, it } from "vitest";
import { changeOf } from "./conditionWords";
import type { Node } from "./saved";

const is = (attr: string, ...values: string[]): Node => ({ attr, op: "is", values });

it("says what was added to a condition and what was taken out", () => {
  const change = changeOf(
    { all: [is("status", "open"), is("team", "1")] },
    { all: [is("team", "1"), is("tags", "2")] },
  );
  expect(change).toEqual({ added: [is("tags", "2")], removed: [is("status", "open")] });
});

it("counts what stands twice as often as it does", () => {
  const change = changeOf({ all: [is("status", "open"), is("status", "open")] }, { all: [is("status", "open")] });
  expect(change).toEqual({ added: [], removed: [is("status", "open")] });
});

it("says that any are enough now, where there are several", () => {
  const two = [is("status", "open"), is("team", "1")];
  expect(changeOf({ all: two }, { any: two })).toEqual({ joint: "any", added: [], removed: [] });
  expect(changeOf({ all: [is("team", "1")] }, { any: [is("team", "1")] })).toEqual({ added: [], removed: [] });
});

it("takes a changed group for another one, and a comparison alone for a group of it", () => {
  const before: Node = { all: [{ any: [is("team", "1"), is("team", "2")] }] };
  const after: Node = { all: [{ any: [is("team", "1")] }] };
  expect(changeOf(before, after)).toEqual({ added: after.all, removed: before.all });
  expect(changeOf(is("team", "1"), { all: [is("team", "1")] })).toEqual({ added: [], removed: [] });
  expect(changeOf({}, { all: [is("team", "1")] }).added).toHaveLength(1);
});
