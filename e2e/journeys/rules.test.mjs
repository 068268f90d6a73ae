// A rule from nothing: a ready-made start, tried on what happened, switched on; then a mail comes in, the rule acts, and the desk says so.
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

const arrive = (subject, extra) =>
  sendMail({ port: desk.smtpPort, from: "zane@home.test", to: "help@desk.test", raw: compose({ from: "Zane <zane@home.test>", to: "help@desk.test", subject, text: "The heel came off.", extra }).raw });

const found = (subject) =>
  eventually("the mail is a conversation", async () => (await api.get("/conversations?view=all")).items.find((c) => c.subject === subject));

it("makes a rule, tries it on what happened, and sees it act", () =>
  browser.journey(async (time) => {
    await arrive(`A complaint about shoes ${time}`);
    const before = await found(`A complaint about shoes ${time}`);
    const page = await browser.person({ url: desk.url });
    await api.enter(page);
    await page.goto("/app/settings/rules");
    if (time === 1) {
      assert.deepEqual(await page.findings("no rules"), []);
      await page.getByRole("link", { name: /Complaints first/ }).click();
    } else await page.goto("/app/settings/rules/new-complaint");
    await page.getByLabel("Name", { exact: true }).waitFor();
    const me = await api.get("/profile");
    await page.getByLabel("Add an action").selectOption("Tell people");
    await page.getByRole("group", { name: "Tell people" }).getByRole("checkbox", { name: me.name }).check();
    await page.getByRole("button", { name: "Try on the last 200" }).click();
    await page.getByText(/Of \d+ looked at, it would have acted on 1\./).waitFor();
    await page.getByRole("link", { name: new RegExp(`#${before.number} A complaint about shoes`) }).waitFor();
    assert.deepEqual(await page.findings("a rule"), []);
    await page.picture("rule");
    assert.equal((await api.get(`/conversations/${before.id}`)).conversation.priority, 1, "trying changes nothing");
    await page.getByRole("button", { name: "Create rule" }).click();
    const row = page.getByRole("listitem").filter({ hasText: "Complaints first" }).first();
    await row.getByText("has not acted yet").waitFor();

    await arrive(`A second complaint ${time}`);
    const second = await found(`A second complaint ${time}`);
    await eventually("the rule acted", async () => (await api.get(`/conversations/${second.id}`)).conversation.priority === 3);
    await page.goto("/app/settings/rules");
    await row.getByText(/^acted 1 time, last/).waitFor();
    assert.deepEqual(await page.findings("rules"), []);
    await page.picture("rules");
    await page.goto(`/app/view/all/${second.number}`);
    await page.getByText(/Rule “Complaints first” – priority: Urgent and told whoever has it and /).first().waitFor();
    await page.getByRole("button", { name: /^Notices/ }).click();
    await page.getByText("You are asked to look here").first().waitFor();
    await page.picture("rule-acted");

    // Switched off, it does nothing.
    await page.goto("/app/settings/rules");
    await row.getByRole("link", { name: "Complaints first" }).click();
    await page.getByRole("switch", { name: "In use" }).uncheck();
    await page.getByRole("button", { name: "Remove the condition" }).last().click();
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved", { exact: true }).waitFor();
    await arrive(`A third complaint ${time}`);
    const third = await found(`A third complaint ${time}`);
    await arrive(`Nothing special ${time}`);
    await found(`Nothing special ${time}`);
    assert.equal((await api.get(`/conversations/${third.id}`)).conversation.priority, 1);

    // Its page says what it did and what it was; what was changed is taken back.
    await page.reload();
    await page.getByRole("listitem").filter({ has: page.getByRole("link", { name: `#${second.number} A second complaint ${time}` }) }).getByText(/a message comes in → /).waitFor();
    const changed = page.getByRole("listitem").filter({ hasText: `Changed by ${me.name}` });
    await changed.getByText("Off").waitFor();
    await changed.getByText(/^− Text of the message contains “complaint”/).waitFor();
    assert.deepEqual(await page.findings("what a rule was"), []);
    await changed.scrollIntoViewIfNeeded();
    await page.picture("what a rule was");
    await page.getByRole("listitem").filter({ hasText: `Made by ${me.name}` }).getByRole("button", { name: /Make it so again/ }).click();
    await page.getByText("“Complaints first” is as it was").waitFor();
    await page.getByRole("switch", { name: "In use", checked: true }).waitFor();
    await page.getByText(`Taken back by ${me.name}`).waitFor();

    // A deleted one is brought back.
    await page.goto("/app/settings/rules");
    await page.getByRole("button", { name: "Delete: Complaints first" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await page.getByText("1 deleted rule").click();
    assert.deepEqual(await page.findings("deleted rules"), []);
    await page.getByRole("button", { name: "Bring back: Complaints first" }).click();
    await row.getByRole("link", { name: "Complaints first" }).waitFor();
    await page.getByText("1 deleted rule").waitFor({ state: "detached" });
    assert.deepEqual(page.trouble, []);
  }));

it("puts what speaks of nothing but spam there, by a ready-made start", () =>
  browser.journey(async (time) => {
    const page = await browser.person({ url: desk.url });
    await api.enter(page);
    await page.goto("/app/settings/rules");
    await page.getByText("Ready-made starts").click();
    assert.deepEqual(await page.findings("starts beside rules"), []);
    await page.getByRole("link", { name: /^Spam words/ }).click();
    await page.getByRole("group", { name: "Mark as spam" }).waitFor();
    assert.deepEqual(await page.findings("a rule about spam"), []);
    await page.getByRole("button", { name: "Create rule" }).click();
    await page.getByRole("link", { name: "Spam words", exact: true }).first().waitFor();
    await arrive(`The best CASINO of the town ${time}`);
    await eventually("it is in spam", async () => (await api.get("/conversations?view=spam")).items.some((c) => c.subject === `The best CASINO of the town ${time}`));
    assert.deepEqual(page.trouble, []);
  }));

it("asks for a field of the mail's header by its name", () =>
  browser.journey(async (time) => {
    const page = await browser.person({ url: desk.url });
    await api.enter(page);
    await page.goto("/app/settings/rules/new");
    const name = `Campaigns ${time}`;
    await page.getByLabel("Name", { exact: true }).fill(name);
    await page.getByRole("button", { name: "Condition", exact: true }).click();
    await page.getByLabel("What", { exact: true }).selectOption("Header of the mail");
    await page.getByLabel("Name of the header").fill("X-Campaign:");
    await page.getByLabel("How", { exact: true }).selectOption("contains");
    await page.getByLabel("With what", { exact: true }).fill(`Spring ${time}`);
    await page.getByLabel("Add an action").selectOption("Set the priority");
    assert.deepEqual(await page.findings("a rule about a header"), []);
    await page.picture("rule-header");
    await page.getByRole("button", { name: "Create rule" }).click();
    await page.getByRole("link", { name, exact: true }).waitFor();

    await arrive(`By a campaign ${time}`, { "X-Campaign": `the spring ${time} shoes` });
    await arrive(`By none ${time}`, { "X-Campaign": "autumn" });
    const by = await found(`By a campaign ${time}`);
    await eventually("the rule acted", async () => (await api.get(`/conversations/${by.id}`)).conversation.priority === 2);
    await found(`By none ${time}`);
    await page.getByRole("link", { name, exact: true }).click();
    assert.equal(await page.getByLabel("Name of the header").inputValue(), "x-campaign");
    await page.getByRole("link", { name: `#${by.number} By a campaign ${time}` }).waitFor();
    assert.equal(await page.getByRole("link", { name: /By none/ }).count(), 0);
    assert.deepEqual(page.trouble, []);
  }));
