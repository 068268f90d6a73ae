// A rule that acts as time passes, from nothing: made through the page, tried, and watched acting on a conversation to which nothing happens.
import assert from "node:assert/strict";
import { it } from "node:test";
import { compose } from "../house/mail.mjs";
import { eventually } from "../house/process.mjs";
import { sendMail } from "../house/smtp.mjs";
import { start } from "../house/start.mjs";

let desk;
let browser;
let api;
start({}, (house) => {
  ({ desk, browser, api } = house);
});

const arrive = async (subject) => {
  await sendMail({ port: desk.smtpPort, from: "zane@home.test", to: "help@desk.test", raw: compose({ from: "Zane <zane@home.test>", to: "help@desk.test", subject, text: "The heel came off." }).raw });
  return eventually("the mail is a conversation", async () => (await api.get("/conversations?view=all")).items.find((c) => c.subject === subject));
};

it("makes a rule that acts as time passes, and sees it act", () =>
  browser.journey(async (time) => {
    const name = `Wakes soon ${time}`;
    const talk = await arrive(`Shoes ${time}`);
    const page = await browser.person({ url: desk.url });
    await api.enter(page);
    await page.goto("/app/settings/rules/new");
    await page.getByLabel("Name", { exact: true }).fill(name);
    await page.getByLabel("Acts", { exact: true }).selectOption("when time passes");
    await page.getByLabel("Add an action").selectOption("set_priority");

    // What time never makes true is refused, in words.
    await page.getByRole("button", { name: "Create rule" }).click();
    await page.getByText("Time never makes this true by itself.").first().waitFor();

    await page.getByRole("button", { name: "Condition", exact: true }).first().click();
    await page.getByLabel("What", { exact: true }).selectOption("snoozed");
    await page.getByLabel("How", { exact: true }).selectOption("ahead");
    await page.getByRole("spinbutton", { name: "How many" }).fill("1");
    await page.getByLabel("Unit", { exact: true }).selectOption("minutes");
    await page.getByRole("button", { name: "Try on the last 1000" }).click();
    await page.getByText(/It applies to 0 of \d+ conversations now/).waitFor();
    assert.deepEqual(await page.findings("a time rule"), []);
    await page.picture("time-rule");
    await page.getByRole("button", { name: "Create rule" }).click();
    const row = page.getByRole("listitem").filter({ has: page.getByRole("link", { name, exact: true }) });
    await row.getByText("has not acted yet").waitFor();

    // It wakes in a little more than a minute: a moment from now that is less, and nobody does anything.
    const { conversation } = await api.get(`/conversations/${talk.id}`);
    await api.patch(`/conversations/${talk.id}`, { version: conversation.version, snoozedUntil: new Date(Date.now() + 64_000).toISOString() });
    assert.equal((await api.get(`/conversations/${talk.id}`)).conversation.priority, 1, "not yet");
    await eventually("the rule acted", async () => (await api.get(`/conversations/${talk.id}`)).conversation.priority === 2);
    await page.reload();
    await row.getByText(/^acted 1 time, last/).waitFor();
    await row.getByRole("link", { name, exact: true }).click();
    await page.getByText(/time made it true → /).waitFor();
    assert.deepEqual(await page.findings("a time rule that acted"), []);
    await page.picture("time-rule-acted");

    // Ready-made starts say the same of the commonest ones.
    await page.goto("/app/settings/rules/new-silent");
    assert.equal(await page.getByRole("spinbutton", { name: "How many" }).inputValue(), "7");
    await page.picture("time-rule-start");
    await page.goto("/app/settings/rules/new-overdue");
    await page.getByRole("group", { name: "Tell people", exact: true }).first().waitFor();
    assert.deepEqual(page.trouble, []);
  }));
