// What is promised about a conversation, as its agents see it: a bar that fills, why it is due when it is, a pause while the customer has the word, an answer that keeps it, and one that came too late.
import assert from "node:assert/strict";
import { it } from "node:test";
import { compose } from "../house/mail.mjs";
import { eventually } from "../house/process.mjs";
import { sendMail } from "../house/smtp.mjs";
import { join, start } from "../house/start.mjs";

let desk;
let browser;
let api;
start({}, (house) => {
  ({ desk, browser, api } = house);
});

const arrive = (subject) =>
  sendMail({ port: desk.smtpPort, from: "zane@home.test", to: "help@desk.test", raw: compose({ from: "Zane <zane@home.test>", to: "help@desk.test", subject, text: `About: ${subject}` }).raw });

const row = (page, words) => page.getByRole("link", { name: words });

it("shows what is promised, why it is due then, what stood still, what was kept and what was not", () =>
  browser.journey(async (time) => {
    const promise = (minutes) => ({
      name: "Everybody",
      active: true,
      condition: {},
      zone: "Europe/Riga",
      pauses: ["waiting"],
      warn: 75,
      counts: "clock",
      version: 0,
      targets: [{ kind: "first_answer", minutes: Array(4).fill(minutes) }, { kind: "resolve", minutes: Array(4).fill(2880) }],
    });
    const policy = await api.post("/policies", promise(120));
    const subject = `Flour ${time}`;
    await arrive(subject);
    const hers = await browser.person({ url: desk.url });
    await api.enter(hers);
    await hers.goto("/app/view/all");
    await row(hers, new RegExp(subject)).click();
    const bar = hers.getByRole("progressbar", { name: "First answer" });
    await bar.waitFor();
    await hers.getByRole("button", { name: /First answer in (2 h|1 h)/ }).click();
    const sheet = hers.getByRole("dialog", { name: "What is promised" });
    await sheet.getByText(/Everybody: within 2 h/).waitFor();
    await sheet.getByRole("listitem").filter({ hasText: "counted" }).first().waitFor();
    assert.deepEqual(await hers.findings("what is promised"), []);
    await hers.picture("clocks");
    await sheet.getByRole("button", { name: "Close" }).click();

    // An answer keeps the first promise, and the solution's clock stands still while the customer has the word; a second window follows.
    const bo = await join(api, { name: `Bo ${time}`, email: `bo${time}@desk.test` });
    const his = await browser.person({ url: desk.url });
    await bo.enter(his);
    await his.goto("/app/view/all");
    await row(his, new RegExp(subject)).click();
    await his.getByRole("progressbar", { name: "First answer" }).waitFor();
    await hers.keyboard.press("r");
    await hers.getByRole("textbox", { name: "Reply" }).pressSequentially("It is dry now.");
    await hers.keyboard.press("Control+Enter");
    await his.getByRole("region", { name: "Messages and activity" }).getByText("It is dry now.").first().waitFor();
    const { id } = (await api.get("/conversations?view=all")).items.find((c) => c.subject === subject);
    await eventually("it waits for the customer", async () => {
      const { version, status } = (await api.get(`/conversations/${id}`)).conversation;
      if (status === "waiting") return true;
      await api.patch(`/conversations/${id}`, { version, status: "waiting" }).catch((err) => {
        if (err.status !== 409) throw err; // the mail that leaves changes it too
      });
      return false;
    });
    await his.keyboard.press("Shift+D");
    const seen = his.getByRole("dialog", { name: "What is promised" });
    await seen.getByRole("heading", { name: /First answer.*kept/ }).waitFor();
    await seen.getByRole("heading", { name: /Solution.*stands still/ }).waitFor();
    await seen.getByText("How that comes about").last().click();
    await seen.getByText("stood still: waiting").waitFor();
    await his.picture("clocks-paused");
    await seen.getByRole("button", { name: "Close" }).click();

    // A promise of a minute that is over: what came a while ago is late at once, and says so everywhere.
    const late = `Salt ${time}`;
    await api.put(`/policies/${policy.id}`, { ...promise(1), version: policy.version });
    await arrive(late);
    const found = await eventually("the mail is a conversation", async () => (await api.get("/conversations?view=all")).items.find((c) => c.subject === late));
    await hers.goto("/app/view/all");
    await row(hers, new RegExp(late)).click();
    await eventually("the promise is broken", async () => (await api.get(`/conversations/${found.id}/clocks`)).items.some((c) => c.state === "breached"), 120_000);
    await hers.getByText(/^First answer: promised by .*, not kept/).waitFor({ timeout: 90_000 });
    await hers.getByRole("button", { name: /First answer .*late/ }).waitFor({ timeout: 90_000 });
    assert.deepEqual(await hers.findings("late"), []);
    await hers.picture("clocks-late");
    assert.deepEqual([...hers.trouble, ...his.trouble], []);
  }));
