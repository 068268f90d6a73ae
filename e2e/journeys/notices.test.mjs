// What agents are told: the bell of another browser at once, a browser that takes pushes while its desk is closed, and the whole of a day's work on a phone.
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { Api, ann, inbox } from "../house/api.mjs";
import { openBrowser } from "../house/browser.mjs";
import { compose } from "../house/mail.mjs";
import { eventually } from "../house/process.mjs";
import { startPush } from "../house/push.mjs";
import { sendMail, startSink } from "../house/smtp.mjs";
import { startTellus } from "../house/tellus.mjs";

let desk;
let sink;
let push;
let browser;
let api;
let bo;
let boId;
before(async () => {
  push = await startPush();
  desk = await startTellus({ env: { SSL_CERT_FILE: push.cert, TELLUS_PUSH_SERVICES: push.place } });
  sink = await startSink();
  browser = await openBrowser();
  api = new Api(desk.url);
  await api.setUp(await desk.setupLink(), ann);
  await api.post("/inboxes", inbox({ sink }));
  const { link } = await api.post("/agents", { name: "Bo Ozols", email: "bo@desk.test", role: "agent", language: "en", teams: [] });
  bo = new Api(desk.url);
  await bo.post(`/links/${link.split("/").at(-1)}`, { name: "Bo Ozols", password: "five quite plain words here", language: "en", timeZone: "Europe/Riga" });
  boId = (await bo.get("/session")).id;
});
after(async () => {
  await browser?.close();
  await sink?.stop();
  await desk?.stop();
  push?.stop();
});

async function arrive(subject) {
  await sendMail({ port: desk.smtpPort, from: "janis@home.test", to: "help@desk.test", raw: compose({ from: "Janis Ozols <janis@home.test>", to: "help@desk.test", subject, text: "Please help." }).raw });
  let found;
  await eventually(`${subject} is on the desk`, async () => {
    found = (await api.get("/conversations?view=all")).items.find((c) => c.subject === subject);
    return Boolean(found);
  });
  return found;
}

const give = async (c, agent) => api.patch(`/conversations/${c.id}`, { version: (await api.get(`/conversations/${c.id}`)).conversation.version, assignee: agent });

it("rings at once in the other's browser, and is quiet once he has looked", () =>
  browser.journey(async () => {
    const his = await browser.person({ url: desk.url });
    await bo.enter(his);
    await his.goto("/app/view/all");
    const bell = his.getByRole("button", { name: /Notices/ });
    await bell.waitFor();
    await his.getByText("Nothing", { exact: false }).first().waitFor();
    const lists = [];
    his.on("request", (r) => /\/api\/v1\/(conversations\?|views)/.test(r.url()) && lists.push(r.url()));
    const c = await arrive("A squeaking chair");
    await give(c, boId);
    await his.getByRole("link", { name: /A squeaking chair/ }).waitFor();
    await his.getByRole("button", { name: "Notices 1 unread notice" }).waitFor();
    assert.deepEqual(lists, [], "what was told is not fetched again");
    await bell.click();
    const panel = his.getByRole("dialog", { name: "Notices" });
    await panel.getByText("A conversation is yours now").waitFor();
    assert.deepEqual(await his.findings("notices"), []);
    await his.picture("notices");
    await panel.getByRole("link", { name: /A squeaking chair/ }).click();
    await his.getByRole("heading", { name: "A squeaking chair" }).waitFor();
    await his.getByRole("button", { name: "Notices", exact: true }).waitFor();
    // What is before him needs no notice; what he did himself neither.
    await bo.post(`/conversations/${c.id}/notes`, { html: "<p>Mine</p>", mentions: [], attachments: [] });
    assert.equal((await bo.get("/notices/unread")).unread, 0);
    await his.goto("/app/settings/notices");
    await his.getByRole("heading", { name: "Notices", exact: true }).waitFor();
    await his.getByText("Quiet hours").first().waitFor();
    assert.deepEqual(await his.findings("settings of notices"), []);
    await his.picture("notices-settings");
    assert.deepEqual(his.trouble, []);
  }));

it("reaches a browser whose desk is closed, which shows it and leads there", () =>
  browser.journey(async () => {
    const his = await browser.person({ url: desk.url, worker: true });
    await bo.enter(his);
    const context = his.context();
    await context.grantPermissions(["notifications"], { origin: desk.url });
    // Chromium here has no push service of its own: the subscription is that of the counterpart.
    await context.addInitScript((given) => {
      if (!("PushManager" in window)) return;
      PushManager.prototype.getSubscription = async () => null;
      PushManager.prototype.subscribe = async () => ({ toJSON: () => given });
      Notification.requestPermission = async () => "granted";
    }, push.subscription);
    const [worker] = await Promise.all([context.waitForEvent("serviceworker"), his.goto("/app/settings/notices")]);
    await his.getByRole("button", { name: "Send notices here" }).click();
    await his.getByText("This device").waitFor();
    const c = await arrive("Private matter");
    await give(c, boId);
    await eventually("the push is there", () => push.got.length === 1);
    const told = JSON.parse(push.got[0].text);
    assert.equal(told.title, "A conversation is yours now");
    assert.equal(told.body, `Conversation #${c.number}`, "a push says nothing of the customer unless it was asked for");
    assert.match(push.got[0].headers.authorization, /^vapid t=.+, k=.+/);
    // The worker shows it, since no window of the desk is before him.
    await his.goto("about:blank");
    // biome-ignore lint/correctness/noUndeclaredVariables: a function of the worker
    await worker.evaluate((what) => show(what), told);
    await eventually("it is shown", async () => (await worker.evaluate(async () => (await self.registration.getNotifications()).map((n) => n.title))).includes(told.title));
    // A browser that has gone is forgotten.
    push.leave();
    await give(c, 0);
    await give(c, boId);
    await eventually("its browser is forgotten", async () => (await bo.get("/profile/push")).devices.length === 0);
    // The shell stands without the server, and nothing of the API is kept.
    const kept = await worker.evaluate(async () => (await Promise.all((await caches.keys()).map(async (n) => (await (await caches.open(n)).keys()).map((r) => r.url)))).flat());
    assert.ok(kept.some((url) => url.endsWith("/app/index.html")), `kept: ${kept}`);
    assert.deepEqual(kept.filter((url) => url.includes("/api/")), []);
    assert.deepEqual(his.trouble, []);
  }));

it("lets a day's work be done on a phone by touch", () =>
  browser.journey(async () => {
    const c = await arrive("From the phone");
    const page = await browser.person({ url: desk.url, width: 380, height: 760, touch: true });
    await page.goto("/app/sign-in");
    await page.getByLabel("Email").fill(ann.email);
    await page.getByLabel("Password", { exact: true }).fill(ann.password);
    await page.getByRole("button", { name: "Sign in", exact: true }).tap();
    await page.getByRole("button", { name: /^Notices/ }).waitFor();
    await page.goto("/app/view/all");
    const row = page.getByRole("link", { name: /From the phone/ });
    await row.tap();
    await page.getByRole("heading", { name: "From the phone" }).waitFor();
    const words = page.getByRole("textbox", { name: "Reply", exact: true });
    await page.getByText("Reply to Janis", { exact: true }).tap();
    await words.waitFor();
    await words.pressSequentially("We look into it.");
    await page.picture("phone-writing");
    await page.getByRole("button", { name: "Send", exact: true }).tap();
    await page.getByRole("region", { name: "Messages and activity" }).getByText("We look into it.").waitFor();
    const now = async () => (await api.get(`/conversations/${c.id}`)).conversation;
    const more = async (item) => {
      await page.getByRole("button", { name: "More actions" }).tap();
      await page.getByRole("menuitem", { name: item, exact: true }).tap();
    };
    await page.getByRole("tab", { name: "Note", exact: true }).tap();
    const note = page.getByRole("textbox", { name: "Note", exact: true });
    await note.waitFor();
    await note.pressSequentially("Said on the way.");
    await page.getByRole("button", { name: "Add note", exact: true }).tap();
    await page.getByRole("region", { name: "Messages and activity" }).getByText("Said on the way.").waitFor();
    await more("Assign");
    await page.picture("phone-assign");
    await page.getByRole("button", { name: /Bo Ozols/ }).tap();
    await eventually("it is Bo's", async () => (await now()).assignee === boId);
    await more("Snooze");
    await page.getByRole("button", { name: /^Tomorrow/ }).tap();
    await eventually("it is snoozed", async () => Boolean((await now()).snoozedUntil));
    await page.goto(`/app/view/snoozed/${c.number}`);
    await page.getByRole("button", { name: "Resolve", exact: true }).tap();
    await eventually("it is resolved", async () => (await now()).status === "resolved");
    await page.goto("/app/search?q=phone");
    await page.getByText("From the phone").first().tap();
    await page.getByRole("heading", { name: "From the phone" }).waitFor();
    await page.getByRole("button", { name: "Back to the list" }).tap();
    await page.getByRole("button", { name: /^Notices/ }).tap();
    await page.getByRole("dialog", { name: "Notices" }).waitFor();
    await page.picture("phone-notices");
    assert.deepEqual(await page.findings("notices on a phone"), []);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: /^Ann Liepa/ }).tap();
    await page.getByRole("menuitemradio", { name: "Away: Lunch" }).tap();
    await eventually("she is at lunch", async () => (await api.get("/presence/own")).state === "away");
    await page.picture("phone-presence");
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `the page is ${wide} px wider than the window`);
    assert.deepEqual(page.trouble, []);
  }));
