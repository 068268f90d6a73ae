import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { acknowledgement, openTexts, usualTexts } from "./acknowledgement";
import { addressTyped, bodyOf, editOf, emptyInbox, fillFrom, unitOf } from "./edit";
import { presetFor, presetOf, presets, usualPort } from "./presets";

const sample = { number: "7", inbox: "Support", name: "Zane", by: "Monday" };

describe("acknowledgement", () => {
  it("has the same usual words as the server", () => {
    for (const [language, text] of Object.entries(usualTexts)) {
      const file = join(process.cwd(), "..", "locales", `active.${language}.json`);
      expect(JSON.parse(readFileSync(file, "utf8"))["customer.acknowledge.body"], language).toBe(text);
      expect(JSON.parse(readFileSync(file, "utf8"))["customer.hours.open"], language).toBe(openTexts[language]);
    }
  });
  it("fills everything in, in every language, with and without a promise", () => {
    for (const language of Object.keys(usualTexts)) {
      expect(acknowledgement("", language, sample)).toContain("Monday");
      expect(acknowledgement("", language, { ...sample, by: "" })).not.toMatch(/\{\{|\}\}|Monday/);
    }
  });
  it("prefers one's own words", () => {
    expect(acknowledgement(" {{name}}: {{number}} at {{inbox}} ", "lv", sample)).toBe("Zane: 7 at Support");
    expect(acknowledgement("{{hours}}", "en", sample)).toBe("We are open now, until 17:00.");
  });
});

describe("an inbox's form", () => {
  const gmail = presets.find((p) => p.id === "google")!;
  it("sends no secret that was not typed, and no empty lines", () => {
    const body = bodyOf({ ...emptyInbox("lv"), name: " A ", aliases: ["", " b@a.lv "], receiveSecret: "" });
    expect(body.name).toBe("A");
    expect(body.aliases).toEqual(["b@a.lv"]);
    expect("receiveSecret" in body || "submitSecret" in body).toBe(false);
    expect(bodyOf({ ...emptyInbox("lv"), submitSecret: "x" }).submitSecret).toBe("x");
  });
  it("fills both servers from a provider and takes the address as user", () => {
    const filled = {
      ...emptyInbox("lv"),
      address: "a@b.lv",
      ...fillFrom(gmail, { ...emptyInbox("lv"), address: "a@b.lv" }),
    };
    expect(filled.receive).toMatchObject({ host: "imap.gmail.com", port: 993, auth: "google", user: "a@b.lv" });
    expect(presetOf(filled.receive.host, filled.submit.host)).toBe("google");
  });
  it("lets the user name follow the address until it is its own", () => {
    const first = { ...emptyInbox("lv"), ...addressTyped("a", emptyInbox("lv")) };
    const second = { ...first, ...addressTyped("ab", first) };
    expect(second.receive.user).toBe("ab");
    const own = { ...second, receive: { ...second.receive, user: "login7" } };
    expect({ ...own, ...addressTyped("abc", own) }.receive.user).toBe("login7");
  });
  it("knows a provider by the address alone, but fills nothing over", () => {
    const typed = { ...emptyInbox("lv"), ...addressTyped("veikals@inbox.lv", emptyInbox("lv")) };
    expect(typed.submit.host).toBe("mail.inbox.lv");
    const set = { ...emptyInbox("lv"), receive: { ...emptyInbox("lv").receive, host: "mail.own.lv" } };
    expect({ ...set, ...addressTyped("a@inbox.lv", set) }.receive.host).toBe("mail.own.lv");
    expect(presetFor("a@example.com")).toBeUndefined();
  });
  it("survives a round through the server's leaving-out", () => {
    const { fromName: _f, signature: _s, team: _t, ...rest } = emptyInbox("lv");
    const edit = editOf({ ...rest, id: 1, version: 2, receive: { method: "none" }, submit: {} });
    expect(edit).toMatchObject({ fromName: "", signature: "", team: 0, submit: { host: "", port: 465 } });
  });
  it("shows minutes in their largest whole unit and ports that fit", () => {
    expect(unitOf(1440)).toEqual({ n: 24, unit: "hours" });
    expect(unitOf(90)).toEqual({ n: 90, unit: "minutes" });
    expect(usualPort("submit", "starttls")).toBe(587);
    expect(usualPort("receive", "tls")).toBe(993);
  });
});
