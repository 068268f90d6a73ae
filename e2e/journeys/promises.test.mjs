// A promise from nothing: a policy is made in its page, a mail comes, its conversation says until when it is due, an answer keeps the promise.
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

it("makes a policy, and an answer keeps what it promises", () =>
  browser.journey(async () => {
    const box = await api.post("/inboxes", inbox({ sink, answerWithin: 600 }));
    const page = await browser.person({ url: desk.url });
    await api.enter(page);
    await page.goto("/app/settings/policies");
    await page.getByRole("link", { name: /Urgent first/ }).click();
    const urgent = page.getByLabel("First answer, Urgent");
    assert.equal(await urgent.inputValue(), "1 h");
    await urgent.fill("5 weeks");
    await page.getByText("Urgent waits longer than Low").waitFor();
    await urgent.fill("soon");
    await page.getByRole("button", { name: "Create policy" }).click();
    await page.getByText("Write a time such as 30 min or 4 h, a year at most.").first().waitFor();
    await urgent.fill("30 min");
    const normal = page.getByLabel("First answer, Normal");
    await normal.fill("1h30");
    await normal.blur();
    assert.equal(await normal.inputValue(), "1 h 30 min");
    await page.getByRole("button", { name: "Condition", exact: true }).click();
    const offered = await page.getByLabel("What", { exact: true }).locator("option").evaluateAll((all) => all.map((o) => o.value));
    assert.ok(!offered.includes("status") && offered.includes("inbox"), offered.join());
    await page.getByLabel("What", { exact: true }).selectOption("inbox");
    await page.locator("fieldset select").last().selectOption(String(box.id));
    await page.getByText(/unfinished conversations? would have it/).waitFor();
    assert.deepEqual(await page.findings("policy editor"), []);
    await page.getByRole("button", { name: "Create policy" }).click();
    await page.getByRole("link", { name: "Urgent first", exact: true }).waitFor();
    assert.deepEqual(await page.findings("policies"), []);

    // A second one goes before it by the keys.
    const [first] = (await api.get("/policies")).items;
    await api.post("/policies", { ...first, id: undefined, position: undefined, name: "All else", condition: {}, version: 0, active: false });
    const grip = page.getByRole("button", { name: "All else, place 2" });
    await grip.focus();
    await grip.press("Alt+ArrowUp");
    await eventually("the order is kept", async () => (await api.get("/policies")).items[0].name === "All else");

    await eventually("the inbox is connected", async () => (await api.get("/inboxes/health")).items.every((h) => h.state === "ok"));
    const mail = compose({ from: "Cilla <cilla@home.test>", to: "help@desk.test", subject: "Where is it?", text: "Where are my shoes?" });
    await sendMail({ port: desk.smtpPort, from: "cilla@home.test", to: "help@desk.test", raw: mail.raw });
    const row = await eventually("the mail is a conversation", async () => (await api.get("/conversations?view=unassigned")).items[0]);
    await page.goto("/app/view/unassigned");
    await page.getByText(/due in 1 h|1 h \d+ min/i).first().waitFor();
    const clock = async () => (await api.get(`/conversations/${row.id}/clocks`)).items.find((c) => c.kind === "first_answer");
    assert.equal((await clock()).state, "running");
    assert.equal((await clock()).target, 5400);

    const opened = await api.get(`/conversations/${row.id}`);
    await api.post(
      `/conversations/${row.id}/replies`,
      { html: "<p>On their way.</p>", to: opened.replyTo.to, cc: [], bcc: [], attachments: [], seen: opened.timeline.messages.at(-1).id, then: "waiting", quote: true },
      { "Idempotency-Key": "answer-1" },
    );
    await eventually("the promise is kept", async () => (await clock())?.state === "met");
    assert.deepEqual(page.trouble, []);
  }));

it("counts opening hours, and says when a mail that came now would be due", () =>
  browser.journey(async () => {
    const [box] = (await api.get("/inboxes")).items;
    const page = await browser.person({ url: desk.url });
    await api.enter(page);
    await page.goto("/app/settings/policies/new-workday");
    const normal = page.getByLabel("First answer, Normal");
    assert.equal(await normal.inputValue(), "8 h");
    await page.getByText("No opening hours are set yet").waitFor();
    await page.getByRole("button", { name: "Create policy" }).click();
    await page.getByRole("link", { name: "Answer within one working day", exact: true }).waitFor();

    // Closed on every day but one, which is neither today nor tomorrow nor yesterday in any zone: what is promised now is due on that one.
    const day = (new Date().getUTCDay() + 3) % 7;
    const week = Array.from({ length: 7 }, (_, d) => (d === day ? [{ from: 480, to: 1080 }] : []));
    const calendar = { name: "Market day", zone: "Europe/Riga", week, days: [], without: [], with: [], standard: false, inboxes: [], teams: [], version: 0 };
    await api.post("/calendars", calendar);
    await page.goto(`/app/settings/inboxes/${box.id}`);
    await page.getByLabel("Opening hours", { exact: true }).selectOption("Market day");
    await page.getByText("Opening hours saved.").waitFor();
    const [kept] = (await api.get("/calendars")).items;
    assert.deepEqual(kept.inboxes, [box.id]);

    await page.goto("/app/settings/policies");
    await page.getByRole("link", { name: "Answer within one working day", exact: true }).click();
    await page.getByText(/Closed at the moment\. A mail that comes now: First answer due \w+/).waitFor();
    // A market day has ten hours: so many are what "1 d" means here.
    await normal.fill("1 d");
    await normal.blur();
    assert.equal(await normal.inputValue(), "10 h");
    await page.getByText(/A mail that comes now: First answer due .*18:00/).waitFor();
    assert.deepEqual(await page.findings("policy in opening hours"), []);
    await page.getByLabel("Around the clock").check();
    assert.equal(await normal.inputValue(), "10 h");
    await page.getByLabel("In opening hours").check();
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await eventually("it is kept", async () => (await api.get("/policies")).items.some((p) => p.counts === "opening" && p.targets[0].minutes[1] === 600));

    const mail = compose({ from: "Dora <dora@home.test>", to: "help@desk.test", subject: "Which size?", text: "Do you have 39?" });
    for (const p of (await api.get("/policies")).items) if (p.counts === "clock") await api.delete(`/policies/${p.id}`);
    await sendMail({ port: desk.smtpPort, from: "dora@home.test", to: "help@desk.test", raw: mail.raw });
    const row = await eventually("the mail is a conversation", async () => (await api.get("/conversations?view=unassigned")).items.find((c) => c.subject === "Which size?"));
    const first = (await api.get(`/conversations/${row.id}/clocks`)).items.find((c) => c.kind === "first_answer");
    assert.equal(first.calendar, "Market day");
    assert.equal(first.explain[0].what, "closed");
    assert.equal(first.explain[0].shut, "weekday");
    assert.equal(first.explain.at(-1).seconds, 36_000);
    assert.deepEqual(page.trouble, []);
  }));

it("takes steps before a promise is due, and tells who leads the team", () =>
  browser.journey(async () => {
    const [box] = (await api.get("/inboxes")).items;
    const me = await api.get("/session");
    const page = await browser.person({ url: desk.url });
    await api.enter(page);
    await page.goto("/app/settings/teams");
    await page.getByRole("button", { name: "New team" }).click();
    const sheet = page.getByRole("dialog");
    await sheet.getByLabel("Name").fill("Shoes");
    await sheet.getByRole("group", { name: "Who belongs to it" }).getByLabel(/Ann/).check();
    await sheet.getByRole("group", { name: "Who leads it" }).getByLabel(/Ann/).check();
    await sheet.getByRole("button", { name: "Make the team" }).click();
    await sheet.waitFor({ state: "detached" });
    const team = (await api.get("/teams")).items.find((one) => one.name === "Shoes");
    assert.deepEqual(team.leads, [me.id]);

    await page.goto("/app/settings/policies/new");
    await page.getByLabel("Name", { exact: true }).fill("With steps");
    await page.getByLabel("First answer, Normal").fill("1 h");
    await page.getByRole("button", { name: "Add a step" }).click();
    const one = page.getByRole("group", { name: "Step 1" });
    assert.equal(await one.getByLabel("How long before").inputValue(), "30 min");
    await one.getByLabel("How long before").fill("long");
    await page.getByRole("button", { name: "Create policy" }).click();
    await one.getByText("Write a time such as 30 min or 4 h, a year at most.").waitFor();
    await one.getByLabel("How long before").fill("2 h"); // longer than the promise: as it begins
    await one.getByLabel("Who leads its team").check();
    await one.getByLabel("Add an action").selectOption("set_priority");
    await one.getByRole("combobox", { name: "Set the priority" }).selectOption("3");
    await one.getByText("promises nothing for Urgent").waitFor();
    await page.getByLabel("First answer, Urgent").fill("1 h");
    await one.getByText("promises nothing for Urgent").waitFor({ state: "detached" });
    await one.getByLabel("Add an action").selectOption("set_team");
    await one.getByRole("combobox", { name: "Give to a team" }).selectOption({ label: "Shoes" });
    await page.getByRole("button", { name: "Add a step" }).click();
    await page.getByRole("button", { name: "Add a step" }).click();
    await page.getByRole("button", { name: "Remove step 2" }).click();
    await page.getByRole("group", { name: "Step 2" }).getByLabel("At most, times").waitFor();
    assert.deepEqual(await page.findings("steps of a policy"), []);
    await page.picture("steps of a policy");
    await page.getByRole("button", { name: "Create policy" }).click();
    const row = page.getByRole("link", { name: "With steps", exact: true });
    await row.waitFor();
    const { items } = await api.get("/policies");
    await api.put("/policies/order", { order: [items.find((p) => p.name === "With steps").id] });

    // Now that it is the first, it is measured by what was answered at once.
    await row.click();
    const measured = page.getByRole("status", { name: "Would it have been kept?" });
    await measured.getByText("100 %").waitFor();
    assert.deepEqual(await page.findings("a measured policy"), []);

    const mail = compose({ from: "Cilla <cilla@home.test>", to: "help@desk.test", subject: "Which sole?", text: "Which sole is it?" });
    await sendMail({ port: desk.smtpPort, from: "cilla@home.test", to: "help@desk.test", raw: mail.raw });
    const found = await eventually("the mail is a conversation", async () => (await api.get("/conversations?view=unassigned")).items.find((c) => c.subject === "Which sole?"));
    await eventually("the step is taken", async () => (await api.get(`/conversations/${found.id}`)).conversation.priority === 3);
    await eventually("its lead is told", async () => (await api.get("/notices")).items.some((n) => n.kind === "told" && n.conversation === found.id));
    await page.goto(`/app/view/unassigned/${found.number}`);
    await page.getByText("First answer: step 2 h before it is due").waitFor();
    await page.getByText(/who leads the team/).first().waitFor();
    await page.picture("a step in the timeline");
    assert.equal(box.id, found.inbox);
    assert.deepEqual(page.trouble, []);
  }));
