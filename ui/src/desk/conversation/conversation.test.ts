import { describe, expect, it } from "vitest";
import type { Conversation, DeskEvent, Message } from "../../api/types";
import { instantOf, wallOf } from "../../i18n/zone";
import { deeds } from "./activity";
import { ahead, inTheWay, reverse } from "./change";
import { linkify } from "./linkify";
import { snoozeTimes } from "./snooze";
import { fromBytes, tidy, toBytes } from "./spans";
import { weave } from "./timeline";

const at = (minute: number) => new Date(Date.UTC(2026, 10, 22, 8, minute)).toISOString();
const event = (seq: number, minute: number, kind = "tag.added"): DeskEvent => ({
  seq,
  at: at(minute),
  by: { kind: "system" },
  kind,
  subjectKind: "conversation",
  subject: 1,
});
const message = (id: number, minute: number) => ({ id, at: at(minute) }) as Message;

describe("weave", () => {
  it("merges by time and lets what happened in a row stand together", () => {
    const pieces = weave(
      { messages: [message(1, 0), message(2, 5)], activities: [event(1, 1), event(2, 2), event(3, 6)] },
      () => true,
    );
    expect(pieces.map((p) => (p.kind === "message" ? p.message.id : p.events.map((e) => e.seq)))).toEqual([
      1,
      [1, 2],
      2,
      [3],
    ]);
  });
  it("leaves out what has no words", () => {
    const pieces = weave({ messages: [], activities: [event(1, 1, "odd"), event(2, 2)] }, (e) => e.kind !== "odd");
    expect(pieces).toHaveLength(1);
  });
});

describe("a change", () => {
  const row = { id: 1, status: "open", assignee: 3, tags: [1], snoozedUntil: at(9) } as unknown as Conversation;
  it("is held up only by changes of the same thing", () => {
    const missed = [event(1, 1, "message.sent"), event(2, 1, "assignee.changed")];
    expect(inTheWay({ status: "resolved" }, missed)).toEqual([]);
    expect(inTheWay({ assignee: 4 }, missed).map((e) => e.seq)).toEqual([2]);
  });
  it("is seen before the server agrees", () => {
    expect(ahead(row, { assignee: 0 }).assignee).toBeUndefined();
    expect(ahead(row, { addTags: [2], removeTags: [1] }).tags).toEqual([2]);
    expect(ahead(row, { status: "resolved" }).snoozedUntil).toBeNull();
  });
  it("knows its way back", () => {
    expect(reverse(row, { status: "resolved" })).toEqual({ status: "open" });
    expect(reverse(row, { assignee: 0 })).toEqual({ assignee: 3 });
    expect(reverse({ ...row, snoozedUntil: null }, { snoozedUntil: at(30) })).toEqual({ wake: true });
    expect(reverse({ ...row, status: "new" }, { status: "resolved" })).toEqual({ status: "open" });
  });
});

describe("spans", () => {
  const text = "Kods: 010190-12345 – ķ€😀x";
  it("count as the server does and back", () => {
    for (const place of [0, 6, 19, 21, 22, 23, 25, 26]) expect(fromBytes(text, toBytes(text, place))).toBe(place);
    expect(toBytes("ķ€😀", 4)).toBe(9);
  });
  it("are sorted and joined where they touch", () => {
    expect(
      tidy([
        { start: 5, end: 9 },
        { start: 1, end: 3 },
        { start: 8, end: 12 },
        { start: 4, end: 4 },
      ]),
    ).toEqual([
      { start: 1, end: 3 },
      { start: 5, end: 12 },
    ]);
  });
});

describe("snoozeTimes", () => {
  const riga = "Europe/Riga";
  const says = (iso: string) => snoozeTimes(Date.parse(iso), riga).map((s) => [s.key, new Date(s.at).toISOString()]);
  it("begins days at nine on the reader's clock", () => {
    expect(says("2026-11-25T08:10:00Z")).toEqual([
      ["later", "2026-11-25T11:00:00.000Z"],
      ["tomorrow", "2026-11-26T07:00:00.000Z"],
      ["monday", "2026-11-30T07:00:00.000Z"],
      ["week", "2026-12-02T07:00:00.000Z"],
    ]);
  });
  it("offers no day twice", () => {
    expect(says("2026-11-22T18:00:00Z").map(([k]) => k)).toEqual(["tomorrow", "week"]);
    expect(says("2026-11-23T18:00:00Z").map(([k]) => k)).toEqual(["tomorrow", "monday"]);
  });
  it("keeps nine o'clock when the clocks change", () => {
    const tomorrow = snoozeTimes(Date.parse("2026-10-24T10:00:00Z"), riga).find((s) => s.key === "tomorrow")!;
    expect(wallOf(tomorrow.at, riga).hour).toBe(9);
  });
});

describe("instantOf", () => {
  it("reads a wall clock in its zone", () => {
    expect(
      new Date(instantOf({ year: 2026, month: 7, day: 1, hour: 12, minute: 0 }, "Europe/Warsaw")).toISOString(),
    ).toBe("2026-07-01T10:00:00.000Z");
  });
});

describe("linkify", () => {
  const hrefs = (text: string) =>
    linkify(text).flatMap((n) =>
      typeof n === "object" && n && "props" in n ? [(n.props as { href: string }).href] : [],
    );
  it("finds addresses and leaves the full stop alone", () => {
    expect(hrefs("See https://example.com/a?b=1. Or write to ann@example.lv!")).toEqual([
      "https://example.com/a?b=1",
      "mailto:ann@example.lv",
    ]);
  });
  it("makes nothing of scripts", () => {
    expect(hrefs("javascript:alert(1) data:text/html,x")).toEqual([]);
  });
  it("is linear on long runs", () => {
    // Work that grows with the square would outlast the time of the test.
    expect(linkify("a".repeat(1_000_000))).toHaveLength(1);
  });
});

describe("deeds", () => {
  let seq = 0;
  const did = (kind: string, by: number, at = "10:00:00", kindOf: "agent" | "customer" = "agent"): DeskEvent => ({
    seq: ++seq,
    at: `2026-11-22T${at}Z`,
    by: { kind: kindOf, id: by },
    kind,
    subjectKind: "conversation",
    subject: 1,
  });
  const told = (...events: DeskEvent[]) =>
    deeds(
      events,
      (e) => (e.kind === "unknown" ? undefined : `${e.kind}@${e.seq}`),
      (e) => `${e.by.kind} ${e.by.id}`,
    ).map((d) => `${d.who}: ${d.what.map((w) => w.replace(/@.*/, "")).join(", ")}`);

  it("gathers what one person did in a row", () => {
    expect(
      told(did("assignee.changed", 1), did("tag.added", 1), did("tag.added", 2), did("status.changed", 1)),
    ).toEqual(["agent 1: assignee.changed, tag.added", "agent 2: tag.added", "agent 1: status.changed"]);
  });
  it("tells only the last of several steps of one thing within a minute", () => {
    const first = did("status.changed", 1, "10:00:00");
    const last = did("status.changed", 1, "10:00:30");
    const later = did("status.changed", 1, "10:05:00");
    const taken = did("assignee.changed", 1);
    const list = deeds(
      [first, taken, last, later],
      (e) => `${e.kind} ${e.seq}`,
      () => "you",
    );
    expect(list.map((d) => d.events.map((e) => e.seq))).toEqual([[taken.seq, last.seq, later.seq]]);
  });
  it("keeps telling that something was not accepted, though it is given to the next at once", () => {
    const passed = { ...did("assignee.changed", 1, "10:10:00"), data: { from: 1, to: 0, minutes: 10 } };
    const given = did("assignee.changed", 1, "10:10:01");
    expect(told(passed, given)).toEqual(["agent 1: assignee.changed, assignee.changed"]);
  });
  it("names nobody for a mail that came in, and leaves out what it has no words for", () => {
    expect(told(did("conversation.opened", 5, "10:00:00", "customer"), did("unknown", 1))).toEqual([
      ": conversation.opened",
    ]);
  });
});
