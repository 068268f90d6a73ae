// A time limit of the law from nothing: a ready-made one is confirmed with counsel, a complaint gets it, it is extended, and the answer that is marked and delivered meets it.
import assert from "node:assert/strict";
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

const day = (at) => new Date(at).toISOString().slice(0, 10).split("-").reverse().join("/");

it("runs only once counsel has checked it, and is met by the answer that was delivered", () =>
  browser.journey(async () => {
    await api.post("/inboxes", inbox({ sink, answerWithin: 600 }));
    const page = await browser.person({ url: desk.url });
    await api.enter(page);
    await page.goto("/app/settings/statutes");
    await page.getByText("No time limits yet").waitFor();
    assert.deepEqual(await page.findings("statutes, none"), []);
    await page.getByRole("link", { name: /Consumer complaint, Latvia/ }).click();
    assert.equal(await page.getByLabel("Days to answer").inputValue(), "15");
    assert.ok(await page.getByRole("radio", { name: /^Working days/ }).isChecked());
    const use = page.getByRole("switch", { name: "In use" });
    assert.ok(await use.isDisabled(), "it can be used although nobody checked it");
    await page.getByLabel("Checked by counsel").fill("Dr. Liepa");
    await page.getByLabel("Checked on").fill(day(Date.now() - 86_400_000));
    await use.check();
    await page.getByRole("button", { name: "Only complaints" }).click();
    assert.deepEqual(await page.findings("statute editor"), []);
    await page.getByRole("button", { name: "Create time limit" }).click();
    await page.getByText(/Checked by Dr\. Liepa on/).waitFor();
    assert.deepEqual(await page.findings("statutes"), []);
    const [law] = (await api.get("/statutes")).items;
    assert.equal(law.active, true);

    await eventually("the inbox is connected", async () => (await api.get("/inboxes/health")).items.every((h) => h.state === "ok"));
    const mail = compose({ from: "Cilla <cilla@home.test>", to: "help@desk.test", subject: "It broke", text: "The chair broke on the first day." });
    await sendMail({ port: desk.smtpPort, from: "cilla@home.test", to: "help@desk.test", raw: mail.raw });
    const row = await eventually("the mail is a conversation", async () => (await api.get("/conversations?view=unassigned")).items[0]);
    const limits = async () => (await api.get(`/conversations/${row.id}/statutes`)).items;
    assert.deepEqual(await limits(), []);

    await page.goto(`/app/view/all/${row.number}`);
    await page.getByLabel("Type", { exact: true }).selectOption("Complaint");
    const limit = page.getByRole("button", { name: /Consumer complaint, Latvia/ });
    await limit.waitFor();
    const [one] = await limits();
    assert.equal(one.state, "running");
    await limit.click();
    const sheet = page.getByRole("dialog");
    await sheet.getByText(/which is not counted; 15 working days, Latvia/).waitFor();
    assert.deepEqual(await page.findings("a time limit"), []);

    await sheet.getByRole("button", { name: "Extend" }).click();
    const later = new Date(Date.parse(one.last) + 7 * 86_400_000).toISOString().slice(0, 10);
    await sheet.getByLabel("New last day").fill(day(later));
    assert.ok(await sheet.getByRole("button", { name: "Extend" }).isDisabled(), "it can be extended without a ground");
    await sheet.getByLabel("Ground").fill("An expert looks at the chair; the customer was told.");
    assert.deepEqual(await page.findings("extending"), []);
    await sheet.getByRole("button", { name: "Extend" }).click();
    await sheet.getByText(/The law's own last day was/).waitFor();
    await sheet.getByText("An expert looks at the chair").waitFor();
    assert.equal((await limits())[0].last, later);
    await sheet.getByRole("button", { name: "Close" }).click();

    const opened = await api.get(`/conversations/${row.id}`);
    const seen = opened.timeline.messages.filter((m) => m.kind === "incoming").at(-1).id;
    const reply = { to: opened.replyTo.to, cc: [], bcc: [], attachments: [], seen, quote: true };
    await api.post(`/conversations/${row.id}/replies`, { ...reply, html: "<p>You get a new chair.</p>", then: "resolve" }, { "Idempotency-Key": "answer-1" });
    await eventually("the answer is out", () => sink.mails.some((m) => JSON.stringify(m).includes("new chair")));
    assert.equal((await limits())[0].state, "running", "an answer that nobody marked, or resolving, met it");
    await page.getByText("You get a new chair.").first().waitFor();
    await limit.click();
    await sheet.getByRole("button", { name: "Mark the answer" }).click();
    assert.deepEqual(await page.findings("marking the answer"), []);
    await sheet.getByRole("button", { name: "Mark the answer" }).click();
    await sheet.getByText(/^Delivered /).waitFor();
    assert.equal((await limits())[0].state, "met");
    await sheet.getByRole("button", { name: "Close" }).click();
    await page.getByRole("button", { name: /Consumer complaint, Latvia answered in time/ }).waitFor();
    assert.deepEqual(page.trouble, []);
  }));
