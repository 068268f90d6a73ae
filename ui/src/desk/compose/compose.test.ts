import { describe, expect, it } from "vitest";
import type { Opened } from "../../api/types";
import { fromWire, isBlank, plainText, toHtml, toWire } from "./html";
import {
  type Audience,
  type Composed,
  firstMode,
  followParticipants,
  handedBack,
  holds,
  isAddress,
  leftBy,
  type Mode,
  parseAddresses,
  senderless,
  without,
} from "./state";

describe("parseAddresses", () => {
  it("reads what people paste", () => {
    expect(parseAddresses('"Nowak, Anna" <anna@example.pl>')).toEqual([
      { name: "Nowak, Anna", address: "anna@example.pl" },
    ]);
    expect(parseAddresses("Anna Nowak <anna@example.pl>; marek@example.pl,")).toEqual([
      { name: "Anna Nowak", address: "anna@example.pl" },
      { address: "marek@example.pl" },
    ]);
  });
});

describe("isAddress", () => {
  it.each(["a@b", "zane.b+x@example.lv", "ķ@piemērs.lv", '"john smith"@b.example', '"a, \\"b\\" @c"@d.example'])(
    "takes %s",
    (a) => expect(isAddress(a)).toBe(true),
  );
  it.each(["", "a", "a@", "@b", "a b@c", "a@b,c", "a@b@c", '"a@b.example', '"a" b@c.example'])("refuses %s", (a) =>
    expect(isAddress(a)).toBe(false),
  );
});

describe("composed HTML", () => {
  const file = { id: 12, name: "x.png", type: "image/png", size: 1, contentId: "abc@desk" };
  it("names pictures by content id on the wire and by address in sight", () => {
    const seen = '<p>Look <img src="/api/v1/attachments/12?inline=1" alt="x"></p>';
    const wire = toWire(seen, [file]);
    expect(wire).toBe('<p>Look <img src="cid:abc@desk" alt="x"></p>');
    expect(fromWire(wire, [file])).toBe(seen);
  });
  it("leaves foreign pictures alone", () => {
    expect(toWire('<img src="https://example.com/api/v2/x">', [file])).toContain("https://example.com/api/v2/x");
  });
  it("opens links beside the desk", () => {
    expect(fromWire('<a href="https://example.com">x</a>', [])).toContain('rel="noopener noreferrer"');
  });
  it("is blank without words and pictures", () => {
    expect(isBlank("<p> </p><p><br></p>")).toBe(true);
    expect(isBlank('<p><img src="cid:1"></p>')).toBe(false);
  });
  it("turns words to paragraphs and back, harmless", () => {
    expect(toHtml("a < b\nc\n\nd & e")).toBe("<p>a &lt; b<br>c</p><p>d &amp; e</p>");
    expect(plainText(toHtml("a < b\nc"))).toBe("a < b\nc");
  });
});

describe("senderless", () => {
  const opened = (channel: string, address: string, to: string[]) =>
    ({
      conversation: { channel, address },
      replyTo: { to: to.map((a) => ({ address: a })), cc: [] },
      replyAllTo: { to: [], cc: [] },
    }) as unknown as Opened;

  it("is a mail without a sender, until the customer has an address", () => {
    expect(senderless(opened("email", "", []))).toBe(true);
    expect(senderless(opened("form", "", []))).toBe(true);
    expect(senderless(opened("email", "", ["ann@customer.example"]))).toBe(false);
  });
  it("is no call, which can be answered at an address that is typed", () => {
    expect(senderless(opened("phone", "", []))).toBe(false);
    expect(firstMode(opened("phone", "+37120000000", []), true)).toBe("note");
  });
});

describe("followParticipants", () => {
  const ann = { address: "ann@customer.example" };
  const ben = { address: "Ben@customer.example" };
  const eva = { address: "eva@carrier.example" };
  const audience = (...cc: { address: string }[]): Audience => ({
    participants: [
      { ...ann, name: "", role: "requester" },
      ...cc.map((a) => ({ ...a, name: "", role: "cc" as const })),
    ],
    replyTo: { to: [ann], cc: [] },
    replyAllTo: { to: [ann], cc },
  });
  const composed = (mode: Mode, cc: { address: string }[]): Composed => ({
    ...{ mode, mail: "", note: "", to: [ann], cc, bcc: [], files: [], seen: 0, at: 0 },
  });

  it("copies in who was added, where everybody there was is addressed", () => {
    expect(followParticipants(composed("reply", []), audience(), audience(eva))).toMatchObject({
      mode: "reply_all",
      to: [ann],
      cc: [eva],
    });
    expect(followParticipants(composed("reply_all", [ben]), audience(ben), audience(ben, eva))?.cc).toEqual([ben, eva]);
  });
  it("goes on leaving out whom an answer leaves out", () => {
    expect(followParticipants(composed("reply", []), audience(ben), audience(ben, eva))).toBeUndefined();
  });
  it("takes out who was removed, whatever the case of the address", () => {
    const after = followParticipants(
      composed("reply_all", [{ address: "ben@CUSTOMER.example" }, eva]),
      audience(ben, eva),
      audience(eva),
    );
    expect(after).toMatchObject({ to: [ann], cc: [eva] });
  });
  it("addresses nobody twice, and leaves notes and strangers alone", () => {
    expect(followParticipants(composed("reply_all", [eva]), audience(), audience(eva))).toBeUndefined();
    expect(followParticipants(composed("note", []), audience(), audience(eva))).toBeUndefined();
    expect(followParticipants(composed("reply_all", [eva]), audience(ben), audience())).toBeUndefined();
  });
});

describe("what is begun while something is on its way", () => {
  const to = [{ address: "anna@example.pl" }];
  const file = (id: number) => ({ id, name: `${id}.txt`, type: "text/plain", size: 1 });
  const written = (part: Partial<Composed>): Composed => ({
    ...{ mode: "reply" as Mode, mail: "", note: "", to, cc: [], bcc: [], files: [], seen: 7, at: 1 },
    ...part,
  });
  const first = written({ mail: "<p>one</p>", note: "<p>aside</p>", files: [file(1)] });
  const away = { note: false, html: first.mail, from: first };
  const next = { ...without(first, away), mail: "<p>two</p>", files: [file(2)] };

  it("is nothing until it is begun", () => {
    expect(holds(first, away)).toBe(true);
    expect(leftBy(first, away)).toBeUndefined();
    expect(handedBack(first, away)).toBeUndefined();
  });
  it("begins empty, beside the note", () => {
    expect(without(first, away)).toEqual({ ...first, mail: "", files: [], seen: 0 });
    expect(without(first, { ...away, note: true, html: first.note })).toEqual({ ...first, note: "" });
  });
  it("stays when the first has gone, even if nothing is written yet", () => {
    expect(leftBy(next, away)).toEqual(next);
    expect(leftBy(without(first, away), away)).toEqual(without(first, away));
  });
  it("comes after the first where that was refused, and goes on without it once it went after all", () => {
    const whole = handedBack(next, away);
    expect(whole).toEqual({ ...next, mail: "<p>one</p><p>two</p>", files: [file(1), file(2)], seen: 7 });
    expect(leftBy(whole!, away)).toEqual({ ...whole, mail: "<p>two</p>", files: [file(2)] });
  });
  it("leaves the other half alone", () => {
    const note = { note: true, html: first.note, from: first };
    expect(leftBy({ ...first, note: "" }, note)).toEqual({ ...first, note: "" });
    expect(handedBack({ ...first, note: "<p>more</p>" }, note)?.note).toBe("<p>aside</p><p>more</p>");
  });
});
