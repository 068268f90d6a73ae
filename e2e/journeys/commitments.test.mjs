// What a person promises: noticed as it is written, kept with Tab, due in the lists, shown before resolving, told of when its time passes.
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
  await api.post("/inboxes", inbox({ sink, answerWithin: 600 }));
  await eventually("the inbox is connected", async () => (await api.get("/inboxes/health")).items.every((h) => h.state === "ok"));
});
after(async () => {
  await browser?.close();
  await desk?.stop();
  await sink?.stop();
});

async function arrive(subject) {
  const mail = compose({ from: "Dora <dora@home.test>", to: "help@desk.test", subject, text: "Where are my shoes? I paid two weeks ago." });
  await sendMail({ port: desk.smtpPort, from: "dora@home.test", to: "help@desk.test", raw: mail.raw });
  return eventually("the mail is there", async () => (await api.get("/conversations?view=all")).items.find((c) => c.subject === subject));
}

it("notices what is promised, keeps it, and shows it before resolving", () =>
  browser.journey(async (time) => {
    const row = await arrive(`Shoes ${time}`);
    const page = await browser.person({ url: desk.url });
    await api.enter(page);
    await page.goto(`/app/view/all/${row.number}`);
    await page.getByRole("heading", { name: `Shoes ${time}` }).first().waitFor();
    const panel = page.getByRole("region", { name: "Promises" });
    await panel.waitFor();

    // Written, noticed, kept with Tab, and sent.
    await page.keyboard.press("r");
    const text = page.getByRole("textbox", { name: "Reply" });
    await text.pressSequentially("Sorry for that. I will call you tomorrow at one.");
    await page.getByText(/a promise\? Tab keeps it/).waitFor();
    assert.deepEqual(await page.findings("a promise is offered"), []);
    await page.picture("promise offered");
    await text.press("Tab");
    await page.getByText(/Promised with it: I will call you tomorrow at one/).waitFor();
    await page.keyboard.press("Control+Enter");
    await panel.getByText("I will call you tomorrow at one.").waitFor();
    await panel.getByText(/due .*13:00/).waitFor();
    const now = (await api.get(`/conversations/${row.id}`)).conversation;
    assert.equal(now.dueFor, "commitment");
    await page.getByText(/Promise in /).first().waitFor();
    assert.deepEqual(await page.findings("a promise in the panel"), []);

    // One more by the key, without words of anybody.
    await page.keyboard.press("p");
    const sheet = page.getByRole("dialog", { name: "Promise something" });
    await sheet.getByLabel("What is promised").fill("We will answer within two working days");
    await eventually("its time is read", async () => (await sheet.getByLabel("Date and time").inputValue()) !== "");
    await sheet.getByRole("button", { name: "In an hour" }).click();
    assert.deepEqual(await page.findings("a promise by hand"), []);
    await page.picture("promise by hand");
    await sheet.getByRole("button", { name: "Save" }).click();
    await panel.getByText("We will answer within two working days").waitFor();

    // Kept by a colleague's program: the panel hears of it. Then moved by hand.
    const all = (await api.get(`/conversations/${row.id}/commitments`)).items;
    assert.equal(all.length, 2);
    await api.post(`/commitments/${all[0].id}/end`, { kept: true });
    await panel.getByText("1 earlier promise").waitFor();
    await panel.getByRole("button", { name: "Change" }).click();
    const change = page.getByRole("dialog", { name: "Change" });
    await change.getByRole("button", { name: "In a week" }).click();
    await change.getByRole("button", { name: "Save" }).click();
    await page.getByText(/moved a promise from/).waitFor();

    // What was said in a call that is written down is noticed too.
    await page.getByRole("button", { name: "More actions" }).click();
    await page.getByRole("menuitem", { name: "Record a call, visit or letter" }).click();
    const call = page.getByRole("dialog", { name: "Record a call, visit or letter" });
    const said = call.getByLabel("What was said");
    await said.fill("She is fine with that. We will send the other pair by Friday.");
    await call.getByText(/a promise\? Tab keeps it/).waitFor();
    await said.press("Tab");
    await call.getByText(/Promised with it: We will send the other pair by Friday/).waitFor();
    assert.deepEqual(await page.findings("a promise in a call"), []);
    await call.getByRole("button", { name: "Record", exact: true }).click();
    await panel.getByText("We will send the other pair by Friday.").waitFor();
    await panel.getByRole("listitem").filter({ hasText: "the other pair" }).getByRole("button", { name: "Kept" }).click();
    await panel.getByText("2 earlier promises").waitFor();

    // Resolving shows what is still to be kept.
    await page.getByRole("button", { name: "Resolve", exact: true }).click();
    const before = page.getByRole("dialog");
    await before.getByRole("heading", { name: "Promises that are still to be kept" }).waitFor();
    assert.deepEqual(await page.findings("promises before resolving"), []);
    await page.picture("promises before resolving");
    await before.getByRole("button", { name: "Kept" }).click();
    await before.getByText("I will call you tomorrow at one.").waitFor({ state: "detached" });
    await before.getByRole("button", { name: "Resolve" }).click();
    await eventually("it is resolved", async () => (await api.get(`/conversations/${row.id}`)).conversation.status === "resolved");
    assert.deepEqual(page.trouble, []);
  }));

it("tells who has the conversation as a promise comes close, in the dark and on a telephone", () =>
  browser.journey(async (time) => {
    const row = await arrive(`Boots ${time}`);
    const me = (await api.get("/profile")).id;
    await api.patch(`/conversations/${row.id}`, { version: row.version, assignee: me });
    const page = await browser.person({ url: desk.url, width: 380, height: 800, dark: true });
    await api.enter(page);
    await page.goto(`/app/view/all/${row.number}`);
    await page.getByRole("heading", { name: `Boots ${time}` }).first().waitFor();
    await api.post(`/conversations/${row.id}/commitments`, { words: "Look at once", due: new Date(Date.now() + 4000).toISOString() });
    await page.getByText(/what was promised: promised by .*, not kept/i).waitFor({ timeout: 30_000 });
    await eventually("there is a notice", async () => (await api.get("/notices")).items.some((n) => n.kind === "overdue" && n.conversation === row.id));
    await page.getByRole("button", { name: "Show the customer" }).click();
    const panel = page.getByRole("region", { name: "Promises" });
    await panel.getByText(/was due/).waitFor();
    await panel.getByRole("button", { name: "Promise anew" }).waitFor();
    assert.deepEqual(await page.findings("a late promise at 380 in the dark"), []);
    await page.picture("a late promise at 380");
    await panel.getByRole("button", { name: "Kept" }).click();
    await panel.getByText("1 earlier promise").click();
    await panel.getByLabel("Why?").selectOption("forgotten");
    await eventually("the cause is kept", async () => (await api.get(`/conversations/${row.id}/commitments`)).items[0].cause === "forgotten");
    assert.equal((await api.get(`/conversations/${row.id}/commitments`)).items[0].state, "broken");
    assert.deepEqual(page.trouble, []);

    // What is still to be kept stands on a page, by the keys too.
    await api.post(`/conversations/${row.id}/commitments`, { words: "Write about the boots", due: new Date(Date.now() + 3 * 86_400_000).toISOString() });
    const list = await browser.person({ url: desk.url });
    await api.enter(list);
    await list.goto("/app/view/all");
    await list.getByRole("link", { name: "Promises", exact: true }).waitFor();
    await list.keyboard.press("g");
    await list.keyboard.press("p");
    await list.getByText("Write about the boots").first().waitFor();
    await list.getByRole("heading", { name: "Later" }).waitFor();
    assert.deepEqual(await list.findings("promises"), []);
    await list.picture("promises");
    await list.getByRole("listitem").filter({ hasText: `Boots ${time}` }).getByRole("button", { name: "Kept" }).click();
    await list.getByRole("link", { name: new RegExp(`Boots ${time}`) }).waitFor({ state: "detached" });
    assert.deepEqual(list.trouble, []);

    // A lead sees how promises of people were kept, and why they were not.
    const lead = await browser.person({ url: desk.url });
    await api.enter(lead);
    await lead.goto("/app/figures");
    await lead.getByText("Promises of people", { exact: true }).waitFor();
    await lead.getByText("It was forgotten").waitFor();
    assert.deepEqual(await lead.findings("figures of promises"), []);
    await lead.picture("figures of promises");
    await lead.getByRole("button", { name: /^\d+ late$/ }).click();
    await lead.getByRole("dialog").getByRole("link", { name: new RegExp(`Boots ${time}`) }).waitFor();
    assert.deepEqual(lead.trouble, []);
  }));
