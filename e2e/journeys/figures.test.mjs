// A lead's figures: what came and was resolved is counted, looked behind, told apart and written to a file.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, it } from "node:test";
import { Api, ann, inbox } from "../house/api.mjs";
import { openBrowser } from "../house/browser.mjs";
import { compose } from "../house/mail.mjs";
import { eventually } from "../house/process.mjs";
import { sendMail, startSink } from "../house/smtp.mjs";
import { undoSeconds } from "../house/start.mjs";
import { startTellus } from "../house/tellus.mjs";

let desk;
let browser;
let sink;
let api;
before(async () => {
  desk = await startTellus({});
  sink = await startSink();
  browser = await openBrowser();
  api = new Api(desk.url);
  await api.setUp(await desk.setupLink(), ann);
  await undoSeconds(api, 0);
});
after(async () => {
  await browser?.close();
  await desk?.stop();
  await sink?.stop();
});

it("counts what came and what was resolved, and shows the conversations behind a number", () =>
  browser.journey(async (time) => {
    const page = await browser.person({ url: desk.url });
    await api.enter(page);
    if (time === 1) {
      await page.goto("/app/figures");
      await page.getByText("Nothing came in these days").waitFor();
      assert.deepEqual(await page.findings("no figures"), []);
      await api.post("/inboxes", inbox({ sink, answerWithin: 600 }));
      await eventually("the inbox is connected", async () => (await api.get("/inboxes/health")).items.every((h) => h.state === "ok"));
      for (const who of ["zane", "dora", "cilla"]) {
        const mail = compose({ from: `${who} <${who}@home.test>`, to: "help@desk.test", subject: `A matter of ${who}`, text: "Where are my shoes?" });
        await sendMail({ port: desk.smtpPort, from: `${who}@home.test`, to: "help@desk.test", raw: mail.raw });
      }
      const rows = await eventually("the mails are there", async () => {
        const { items } = await api.get("/conversations?view=all");
        return items.length === 3 && items;
      });
      const opened = await api.get(`/conversations/${rows[0].id}`);
      await api.post(
        `/conversations/${rows[0].id}/replies`,
        { html: "<p>On their way.</p>", to: opened.replyTo.to, cc: [], bcc: [], attachments: [], seen: opened.timeline.messages.at(-1).id, then: "resolve", quote: true },
        { "Idempotency-Key": "answer-1" },
      );
      await eventually("it is resolved", async () => (await api.get(`/conversations/${rows[0].id}`)).conversation.status === "resolved");
    }
    await page.goto("/app/view/all");
    await page.getByRole("link", { name: "Figures" }).click();
    await page.getByRole("button", { name: /^Received 3/ }).waitFor();
    await page.getByRole("button", { name: /^Solved at first contact 100 %/ }).waitFor();
    await page.getByRole("button", { name: /^Open 2/ }).waitFor();
    assert.deepEqual(await page.findings("figures"), []);
    await page.picture("figures");

    // Behind a number are its conversations, and from there the desk.
    await page.getByRole("button", { name: /^Resolved 1/ }).click();
    const sheet = page.getByRole("dialog", { name: "Resolved" });
    await sheet.getByRole("listitem").first().waitFor();
    assert.equal(await sheet.getByRole("listitem").count(), 1);
    assert.deepEqual(await page.findings("behind a figure"), []);
    await sheet.getByRole("button", { name: "Close" }).click();

    // By inbox, of today alone; as a file.
    await page.getByRole("button", { name: "Today", exact: true }).click();
    await page.getByLabel("By", { exact: true }).selectOption("inbox");
    await page.getByRole("rowheader", { name: "Help" }).waitFor();
    assert.match(page.url(), /days=1/);
    const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "CSV" }).click()]);
    const lines = readFileSync(await file.path(), "utf8").replace("\uFEFF", "").trim().split("\r\n");
    assert.equal(lines.length, 3);
    assert.match(lines[1], /^Help,3,1,1,1,/);
    await page.getByRole("button", { name: "Help, Open: 2" }).click();
    await page.getByRole("dialog").getByRole("link").first().click();
    await page.getByRole("heading", { name: /A matter of/ }).first().waitFor();
    assert.deepEqual(page.trouble, []);

    const small = await browser.person({ url: desk.url, width: 380, height: 800, dark: true });
    await api.enter(small);
    await small.goto("/app/figures?by=channel");
    await small.getByRole("rowheader", { name: "Email" }).waitFor();
    assert.deepEqual(await small.findings("figures at 380 in the dark"), []);
    assert.ok(await small.evaluate(() => document.documentElement.scrollWidth <= 380), "the page is wider than the window");
    await small.picture("figures at 380");
  }));
