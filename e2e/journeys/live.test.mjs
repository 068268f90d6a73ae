// The live line between browsers and server: who else looks and types, an answer that is held back because the customer wrote meanwhile, and a server
// that dies under open windows: nothing missed, nothing twice, and a line that says so while it lasts.
import assert from "node:assert/strict";
import { it } from "node:test";
import { compose, text } from "../house/mail.mjs";
import { eventually } from "../house/process.mjs";
import { sendMail } from "../house/smtp.mjs";
import { join, start } from "../house/start.mjs";

let desk;
let sink;
let browser;
let api;
let bo;
start({}, async (house) => {
  ({ desk, sink, browser, api } = house);
  bo = await join(api, { name: "Bo Ozols", email: "bo@desk.test" });
});

const from = { janis: "Janis Ozols <janis@home.test>", eva: "Eva Kalna <eva@home.test>" };

/** arrive hands a mail over; in answer to another where its id is given. */
function arrive(who, subject, words, answers) {
  const extra = answers ? { "In-Reply-To": answers, References: answers } : {};
  const mail = compose({ from: from[who], to: "help@desk.test", subject, text: words, extra });
  return sendMail({ port: desk.smtpPort, from: `${who}@home.test`, to: "help@desk.test", raw: mail.raw }).then(() => mail);
}

const timeline = (page) => page.getByRole("region", { name: "Messages and activity" });
const editor = (page) => page.getByRole("textbox", { name: "Reply", exact: true });
/** answers counts what went out to customers; colleagues get mails too. */
const answers = () => sink.mails.filter((m) => m.to.some((to) => to.endsWith("@home.test"))).length;
const row = (page, words) => page.getByRole("link", { name: words });

async function opened(page, as, subject) {
  await as.enter(page);
  await page.goto("/app/view/all");
  await row(page, new RegExp(subject)).click();
  await page.getByRole("heading", { name: subject }).waitFor();
}

it("says who else has it open, and who is typing", () =>
  browser.journey(async () => {
    await arrive("janis", "A squeaking chair", "It squeaks.");
    const hers = await browser.person({ url: desk.url });
    const his = await browser.person({ url: desk.url });
    await opened(hers, api, "A squeaking chair");
    await opened(his, bo, "A squeaking chair");
    await hers.getByText("Bo is reading").waitFor();
    await his.getByText("Ann is reading").waitFor();
    await his.keyboard.press("n");
    await his.getByRole("textbox", { name: "Note", exact: true }).pressSequentially("Is it the old model?");
    await hers.getByText("Bo is typing").waitFor();
    assert.deepEqual(await hers.findings("a colleague types"), []);
    await hers.picture("typing");
    // The sign goes out by itself, and whoever leaves is no longer said to read.
    await hers.getByText("Bo is reading").waitFor();
    await his.goto("/app/view/mine");
    await hers.getByText(/^Bo is/).waitFor({ state: "detached" });
    await his.goto("/app/view/all");
    await row(his, /A squeaking chair/).click();
    await hers.getByText("Bo is reading").waitFor();
    await his.leave();
    await hers.getByText(/^Bo is/).waitFor({ state: "detached" });
    assert.deepEqual(hers.trouble, []);
  }),
);

it("holds an answer back that was written while the customer wrote, and shows what is new", () =>
  browser.journey(async () => {
    const first = await arrive("eva", "Two broken plates", "Two plates are broken.");
    const page = await browser.person({ url: desk.url });
    await opened(page, api, "Two broken plates");
    await page.keyboard.press("r");
    await editor(page).pressSequentially("We send two new ones.");
    await page.getByText("Draft saved").waitFor();
    await arrive("eva", "Re: Two broken plates", "Sorry, it is three: the large one broke too.", first.id);
    const hold = page.getByRole("alert").filter({ hasText: "Eva wrote while you were writing." });
    await hold.getByText("it is three").waitFor();
    assert.deepEqual(await page.findings("held back"), []);
    await page.picture("held-back");
    // Sending all the same does not get past it by accident.
    await editor(page).press("Control+Enter");
    await hold.waitFor();
    assert.equal(answers(), 0);
    await hold.getByRole("button", { name: "Keep editing" }).click();
    await hold.waitFor({ state: "detached" });
    await editor(page).press("Control+A");
    await editor(page).pressSequentially("We send three new ones.");
    await editor(page).press("Control+Enter");
    const answer = await sink.take("the answer that knows of all three", (m) => m.to.includes("eva@home.test"));
    assert.match(text(answer.raw), /We send three new ones\./);

    // The page was asleep (another tab, a slow line): the server holds the answer back by itself.
    const asleep = await browser.person({ url: desk.url });
    await asleep.routeWebSocket(/\/api\/v1\/live/, () => {}); // a line on which nothing is ever said
    await opened(asleep, api, "Two broken plates");
    await asleep.keyboard.press("r");
    await editor(asleep).pressSequentially("They leave on Monday.");
    await arrive("eva", "Re: Two broken plates", "Please send them to my office instead.", first.id);
    const [latest] = (await api.get("/conversations?view=all&sort=newest")).items;
    await eventually("the third mail is there", async () => /my office/.test((await api.get(`/conversations/${latest.id}`)).conversation.preview));
    await editor(asleep).press("Control+Enter");
    const late = asleep.getByRole("alert").filter({ hasText: "Eva wrote while you were writing." });
    await late.getByText("to my office instead").waitFor();
    await timeline(asleep).getByText("to my office instead").waitFor();
    assert.equal(answers(), 0);
    await late.getByRole("button", { name: "Send anyway" }).click();
    const anyway = await sink.take("the answer sent all the same", (m) => /They leave on Monday\./.test(text(m.raw)));
    assert.deepEqual(anyway.to, ["eva@home.test"]);
    await late.waitFor({ state: "detached" });
    assert.deepEqual([...page.trouble, ...asleep.trouble], []);
  }),
);

it("goes on after the server died under open windows", () =>
  browser.journey(async () => {
    const first = await arrive("janis", "Late delivery", "It should be here.");
    const hers = await browser.person({ url: desk.url });
    const his = await browser.person({ url: desk.url, width: 380, height: 760 });
    await opened(hers, api, "Late delivery");
    await bo.enter(his);
    await his.goto("/app/view/all");
    await row(his, /Late delivery/).waitFor();
    const lines = [hers, his].map((page) => page.getByText(/^No connection\. (What you write|1 message)/));

    await desk.kill();
    for (const line of lines) await line.waitFor();
    assert.deepEqual(await hers.findings("without a connection"), []);
    await hers.picture("no-connection");
    await his.picture("no-connection-narrow");
    // Whether the editor's code came before the server went or not, there is something to write in.
    await hers.keyboard.press("r");
    const words = hers.getByRole("textbox", { name: /^(Reply|Write)$/ });
    await words.pressSequentially("It comes tomorrow.");
    await words.press("Control+Enter");
    await hers.getByText("No connection. 1 message waits here and is sent later.").waitFor();
    assert.deepEqual(await hers.findings("what waits"), []);

    // What happens before the windows are back reaches them as well.
    await desk.start();
    for (const line of lines) await line.waitFor({ state: "detached" });
    const answer = await sink.take("the answer that waited", (m) => /It comes tomorrow\./.test(text(m.raw)));
    assert.deepEqual(answer.to, ["janis@home.test"]);
    await timeline(hers).getByRole("article", { name: "Message: You" }).getByText("It comes tomorrow.").waitFor();
    await row(his, /It comes tomorrow\./).waitFor();

    await desk.kill();
    for (const line of lines) await line.waitFor();
    await Promise.all([hers, his].map((page) => page.context().setOffline(true)));
    await desk.start();
    await arrive("janis", "Re: Late delivery", "Thank you, tomorrow is fine.", first.id);
    await arrive("eva", "While you were away", "Is anybody there?");
    await eventually("both are conversations", async () => (await api.get("/conversations?view=all")).items.some((c) => c.subject === "While you were away"));
    await Promise.all([hers, his].map((page) => page.context().setOffline(false)));
    for (const line of lines) await line.waitFor({ state: "detached" });
    await timeline(hers).getByText("Thank you, tomorrow is fine.").waitFor();
    for (const page of [hers, his]) await row(page, /While you were away/).waitFor();
    assert.equal(await timeline(hers).getByText("Thank you, tomorrow is fine.").count(), 1);
    assert.equal(await timeline(hers).getByText("It comes tomorrow.").count(), 1);
    for (const page of [hers, his]) {
      assert.equal(await row(page, /While you were away/).count(), 1);
      assert.equal(await row(page, /Late delivery/).count(), 1);
    }
    assert.equal(answers(), 0, "the answer went out once");
    assert.deepEqual([...hers.trouble, ...his.trouble], []);
  }),
);

it("brings changes to lists in two windows, none of which is fetched again for what was told", () =>
  browser.journey(async () => {
    await arrive("eva", "Told: a lamp", "It flickers.");
    const hers = await browser.person({ url: desk.url });
    const his = await browser.person({ url: desk.url });
    await api.enter(hers);
    await bo.enter(his);
    await hers.goto("/app/view/all");
    await his.goto("/app/view/unassigned");
    for (const page of [hers, his]) await row(page, /Told: a lamp/).waitFor();
    const { id, number } = await eventually("the lamp is a conversation", async () => (await api.get("/conversations?view=all")).items.find((c) => c.subject === "Told: a lamp"));
    let version = 0;
    const change = async (what) => {
      version = (await api.get(`/conversations/${id}`)).conversation.version;
      return api.patch(`/conversations/${id}`, { version, ...what });
    };
    // The first change that is shown says that both lines are up; from then on nothing is fetched but what a change cannot say.
    await change({ subject: "Told: a red lamp" });
    for (const page of [hers, his]) await row(page, /Told: a red lamp/).waitFor();
    const lists = [];
    for (const page of [hers, his]) {
      await page.waitForLoadState("networkidle");
      page.on("request", (request) => {
        const { pathname, search } = new URL(request.url());
        if (pathname === "/api/v1/conversations") lists.push(`${request.method()} ${pathname}${search}`);
      });
    }
    const link = (page) => page.locator(`a[data-number="${number}"]`);
    await change({ subject: "Told: a blue lamp" });
    for (const page of [hers, his]) await row(page, /Told: a blue lamp/).waitFor();
    await change({ priority: 3 });
    for (const page of [hers, his]) await link(page).getByText("Urgent").waitFor();
    await arrive("janis", "Told: a new mail", "Do you sell shades?");
    for (const page of [hers, his]) await row(page, /Told: a new mail/).waitFor();
    // Whose it becomes leaves the list of those that are nobody's, and what is finished leaves the other one too; both come back.
    await change({ assignee: (await api.get("/profile")).id });
    await link(his).waitFor({ state: "detached" });
    await change({ status: "resolved" });
    await link(hers).waitFor({ state: "detached" });
    await change({ status: "open", assignee: 0 });
    for (const page of [hers, his]) await link(page).getByText("Told: a blue lamp").waitFor();
    for (const page of [hers, his]) assert.equal(await link(page).count(), 1);
    // The same in the other layout.
    await hers.getByRole("button", { name: "This view" }).click();
    await hers.getByRole("menuitem", { name: "As a table" }).click();
    await hers.getByRole("row", { name: /Told: a blue lamp/ }).waitFor();
    await change({ subject: "Told: a green lamp" });
    await hers.getByRole("row", { name: /Told: a green lamp/ }).waitFor();
    await row(his, /Told: a green lamp/).waitFor();
    assert.deepEqual(lists, []);
    assert.deepEqual([...hers.trouble, ...his.trouble], []);
  }),
);

it("shows what came while its list was on the way", () =>
  browser.journey(async (time) => {
    const subject = `Between two moments ${time}`;
    const page = await browser.person({ url: desk.url });
    await api.enter(page);
    const heard = new Promise((done) => {
      page.on("websocket", (line) => line.on("framereceived", ({ payload }) => String(payload).includes(subject) && done()));
    });
    let held = false;
    await page.route(/\/api\/v1\/conversations\?/, async (route) => {
      const response = await route.fetch(); // made before the mail came
      if (!held) {
        held = true;
        await arrive("eva", subject, "Did you see it?");
        await heard;
        await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
      }
      await route.fulfill({ response });
    });
    await page.goto("/app/view/all");
    await row(page, new RegExp(subject)).waitFor();
    assert.deepEqual(page.trouble, []);
  }),
);
