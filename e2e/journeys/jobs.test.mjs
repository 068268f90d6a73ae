// Work in the background that gave up: an administrator sees it in words as it happens, has it tried again, and dismisses it; whoever looks beside him
// sees that too.
import assert from "node:assert/strict";
import { it } from "node:test";
import { text } from "../house/mail.mjs";
import { join, start } from "../house/start.mjs";

let desk;
let sink;
let browser;
let api;
start({}, (house) => {
  ({ desk, sink, browser, api } = house);
});

const invite = (name, email) => api.post("/agents", { name, email, role: "agent", language: "en", teams: [] });

it("shows a job that gave up, tries it again, and dismisses another, before two people", () =>
  browser.journey(async () => {
    const page = await browser.person({ url: desk.url });
    await api.enter(page);
    await page.goto("/app/view/all");
    await page.getByText("Nothing is waiting").or(page.getByRole("heading", { name: "All active" })).first().waitFor();
    const other = await browser.person({ url: desk.url, width: 380, height: 780, dark: true });
    await api.enter(other);
    await other.goto("/app/settings/jobs");
    await other.getByText("Nothing gave up").waitFor();

    sink.refuse("550 5.1.1 There is nobody of this name");
    await invite("Laura Berzina", "laura@desk.test");
    // On the desk a mark says so, and leads there.
    await page.getByText("A job gave up and waits for you").first().waitFor({ state: "attached" });
    await page.getByRole("link", { name: /Settings/ }).click();
    await page.getByRole("link", { name: /Jobs that gave up/ }).click();
    const row = (window) => window.getByText(/refused: 550 There is nobody of this name/);
    for (const window of [page, other]) await row(window).waitFor();
    await page.getByText("Sending a mail of the desk (invitation, reset…)").waitFor();
    await page.getByText(/tried 1 time.*gave up/).waitFor();
    for (const window of [page, other]) assert.deepEqual(await window.findings("a job that gave up"), []);
    await page.picture("job-gave-up");
    await other.picture("job-gave-up-narrow-dark");

    sink.refuse("");
    await page.getByRole("button", { name: /^Try again: Sending a mail/ }).click();
    const sent = await sink.take("the invitation, tried again", (m) => m.to.includes("laura@desk.test"));
    assert.match(text(sent.raw), /\/app\/link\//);
    for (const window of [page, other]) await window.getByText("Nothing gave up").waitFor();
    await page.getByText("A job gave up and waits for you").first().waitFor({ state: "detached" });

    sink.refuse("550 5.1.1 There is nobody of this name");
    await invite("Rita Liepa", "rita@desk.test");
    await row(page).waitFor();
    await page.getByRole("button", { name: /^Give up for good: Sending a mail/ }).click();
    const ask = page.getByRole("dialog", { name: "Give this job up for good?" });
    await ask.getByText("It will not be tried again.").waitFor();
    await ask.getByRole("button", { name: "Give up for good" }).click();
    for (const window of [page, other]) await window.getByText("Nothing gave up").waitFor();
    sink.refuse("");
    assert.deepEqual((await api.get("/jobs/dead")).items, []);
    assert.deepEqual(sink.mails.filter((m) => m.to.includes("rita@desk.test")), []);
    assert.deepEqual([...page.trouble, ...other.trouble], []);
  }));

it("is no business of agents", () =>
  browser.journey(async () => {
    const laura = await join(api, { name: "Zane Kalna", email: "zane@desk.test" });
    await assert.rejects(laura.get("/jobs/dead"), { status: 403 });
    const page = await browser.person({ url: desk.url });
    await laura.enter(page);
    await page.goto("/app/settings/jobs");
    await page.getByText("Your role does not reach here").waitFor();
    assert.equal(await page.getByRole("link", { name: /Jobs that gave up/ }).count(), 0);
    assert.deepEqual(page.trouble, []);
  }));
