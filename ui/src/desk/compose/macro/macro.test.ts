import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Conversation } from "../../../api/types";
import { findMacros } from "./find";
import { placeholderKey, unfilled, withChips } from "./placeholder";
import { type Action, type ListedMacro, placeholders } from "./types";
import { alongWith, backTo, withActions } from "./useArmed";

const macro = (id: number, name: string, more: Partial<ListedMacro> = {}): ListedMacro => ({
  id,
  owner: 1,
  folder: "",
  name,
  audience: "everyone",
  teams: [],
  actions: [],
  active: true,
  version: 1,
  uses: 0,
  mine: 0,
  languages: ["en"],
  ...more,
});

describe("what a slash offers", () => {
  const all = [
    macro(1, "Damaged goods", { folder: "Returns", mine: 1 }),
    macro(2, "Where is my order", { mine: 9 }),
    macro(3, "Sveiciens", { folder: "Ātri", uses: 3 }),
    macro(4, "Old", { active: false }),
  ];
  const names = (typed: string) => findMacros(all, typed).map((m) => m.id);
  it("is what one uses most, as long as nothing is typed", () => expect(names("")).toEqual([2, 1, 3]));
  it("is found by name, by folder, and without diacritics", () => {
    expect(names("dam")).toEqual([1]);
    expect(names("goods")).toEqual([1]);
    expect(names("atri")).toEqual([3]);
    expect(names("where order")).toEqual([2]);
    expect(names("wimo")).toEqual([2]);
  });
  it("is nothing where the slash was meant as one", () => {
    expect(names(" 3 people")).toEqual([]);
    expect(names("xyz")).toEqual([]);
  });
});

describe("placeholders", () => {
  it("are those that the server knows, each with words", () => {
    const source = readFileSync(join(process.cwd(), "../internal/engine/placeholder/placeholder.go"), "utf8");
    const declared = [...source.matchAll(/Name = "([\w.]+)"/g)].map((m) => m[1]!);
    expect([...placeholders].sort()).toEqual(declared.sort());
    for (const language of ["en", "lv", "lt", "pl"]) {
      const words = JSON.parse(readFileSync(join(process.cwd(), `src/locales/macro/${language}.json`), "utf8"));
      for (const name of placeholders)
        expect(words.macro.value[placeholderKey(name).split(".")[2]!], name).toBeTruthy();
    }
  });
  it("become chips in text, and stay as they are in code and in other braces", () => {
    expect(withChips("<p>Hi {{customer.firstName|you}}, {{ x }} <code>{{agent.name}}</code></p>")).toBe(
      '<p>Hi <span data-placeholder="customer.firstName" data-fallback="you">{{customer.firstName|you}}</span>, {{ x }} <code>{{agent.name}}</code></p>',
    );
    const once = withChips("<p>{{agent.name}}</p>");
    expect(withChips(once)).toBe(once);
  });
  it("are told while they wait, also where formatting breaks them up", () => {
    expect(
      unfilled("<p>{{customer.<b>name</b>}} {{agent.name|x}} {{ product }} <code>{{agent.email}}</code></p>"),
    ).toEqual(["customer.name", "agent.name"]);
    expect(unfilled("<p>Hello</p>")).toEqual([]);
  });
});

describe("armed actions", () => {
  const nothing = { actions: [], macros: [] };
  const resolve: Action = { do: "set_status", status: "resolved" };
  it("come together: the later word counts, tags add up", () => {
    const one = withActions(nothing, 1, [
      { do: "add_tags", tags: [1, 2] },
      { do: "set_priority", priority: 1 },
    ]);
    const two = withActions(one, 2, [
      { do: "add_tags", tags: [2, 3] },
      { do: "set_priority", priority: 3 },
    ]);
    expect(two.actions).toEqual([
      { do: "add_tags", tags: [1, 2, 3] },
      { do: "set_priority", priority: 3 },
    ]);
    expect(two.macros).toEqual([1, 2]);
  });
  it("never snooze what they finish", () => {
    const both = withActions(withActions(nothing, 1, [{ do: "snooze_for", minutes: 5 }]), 2, [resolve]);
    expect(both.actions).toEqual([resolve]);
  });
  it("leave the status to whoever says it himself", () => {
    const armed = withActions(nothing, 1, [
      { do: "set_status", status: "open" },
      { do: "assign", me: true },
    ]);
    expect(alongWith(armed, true)).toEqual({ actions: [{ do: "assign", me: true }], macros: [1] });
    expect(alongWith(armed, false).actions).toHaveLength(2);
    expect(alongWith(nothing, false)).toEqual({});
  });
});

it("finds the way back from what a macro did", () => {
  const before = {
    status: "new",
    priority: 1,
    tags: [1, 2],
    snoozedUntil: null,
    fields: { 5: "x", 6: 1 },
  } as unknown as Conversation;
  const moved = { status: "open", priority: 3, assignee: 4, tags: [2, 3], type: 8, fields: { 6: 2, 7: true } };
  const after = { ...moved, snoozedUntil: "2030-01-01T00:00:00Z" };
  expect(backTo(before, after as unknown as Conversation)).toEqual({
    status: "open",
    priority: 1,
    assignee: 0,
    removeTags: [3],
    addTags: [1],
    type: 0,
    fields: { 5: "x", 6: 1, 7: null },
    wake: true,
  });
  expect(backTo(before, before)).toEqual({});
});
