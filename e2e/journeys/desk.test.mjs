// What agents see: the desk in Chromium, with a mail that comes in while it is open, an answer that goes out, and a colleague who sees it happen.
import assert from "node:assert/strict";
import { it } from "node:test";
import { compose, header, text } from "../house/mail.mjs";
import { sendMail } from "../house/smtp.mjs";
import { start } from "../house/start.mjs";

let desk;
let sink;
let browser;
let api;
start({}, (house) => {
  ({ desk, sink, browser, api } = house);
});

const arrive = (mail, from = "janis@home.test") => sendMail({ port: desk.smtpPort, from, to: "help@desk.test", raw: mail.raw });

/** words waits until a message of the open conversation holds them. */
const words = (page, text) => page.getByRole("region", { name: "Messages and activity" }).getByText(text).first().waitFor();

/** row is a conversation in the list, by words of its accessible name. */
const row = (page, words) => page.getByRole("link", { name: words });

it("shows a mail as it comes, sends the answer, and puts the reply below it", () =>
  browser.journey(async () => {
    const page = await browser.person({ url: desk.url });
    await api.enter(page);
    await page.goto("/app/view/unassigned");
    await page.getByText("Everything has somebody").waitFor();

    const first = compose({
      from: "Janis Ozols <janis@home.test>",
      to: "help@desk.test",
      subject: "Where is order 4471?",
      text: "Hello,\n\nwhere is my order 4471?\n\nJanis",
      html: '<p>Hello,</p><p>where is my <b>order 4471</b>?</p><p>Janis</p><img src="https://tracker.test/pixel.gif"><script>document.title="owned"</script>',
    });
    await arrive(first);
    await row(page, /Janis Ozols.*Where is order 4471\?/s).click();
    await page.getByRole("heading", { name: "Where is order 4471?" }).waitFor();
    const frame = page.frameLocator("iframe").first();
    await frame.getByText("order 4471").waitFor();
    await page.picture("conversation");
    assert.deepEqual(await page.findings("conversation"), []);

    await page.keyboard.press("r");
    const editor = page.getByRole("textbox", { name: "Reply" });
    await editor.click();
    await editor.pressSequentially("It leaves today, 👟 promised.");
    await page.picture("composer");
    assert.deepEqual(await page.findings("composer"), []);
    await page.keyboard.press("Control+Enter");
    const answer = await sink.take("the answer", (m) => m.to.includes("janis@home.test"));
    assert.match(text(answer.raw), /It leaves today, 👟 promised\./);
    assert.equal(header(answer.raw, "In-Reply-To"), first.id);

    // Escape leaves what is being written: the keys are commands again, and what they did can be taken back.
    await page.keyboard.press("r");
    await editor.pressSequentially("More tomorrow.");
    await page.keyboard.press("Escape");
    await page.keyboard.press("e");
    await page.getByText("Resolved").first().waitFor();
    await page.keyboard.press("z");
    await page.getByRole("button", { name: "Resolve", exact: true }).waitFor();
    assert.equal(await editor.innerText(), "More tomorrow.");

    await arrive(
      compose({
        from: "Janis Ozols <janis@home.test>",
        to: "help@desk.test",
        subject: "Re: Where is order 4471?",
        text: "Thank you, that is quick.",
        extra: { "In-Reply-To": header(answer.raw, "Message-ID"), References: header(answer.raw, "Message-ID") },
      }),
    );
    await words(page, "Thank you, that is quick.");
    await page.picture("reply");
    assert.deepEqual(page.trouble, []);
  }),
);

it("answers what was clicked when R is pressed at once, shows the answer once, and keeps the list of drafts without asking for it", () =>
  browser.journey(async (time) => {
    const [first, second] = [`First matter ${time}`, `Second matter ${time}`];
    for (const subject of [first, second]) {
      await arrive(compose({ from: "Zane <zane@home.test>", to: "help@desk.test", subject, text: `About: ${subject}` }), "zane@home.test");
    }
    const page = await browser.person({ url: desk.url });
    await api.enter(page);
    await page.goto("/app/view/all");
    await row(page, new RegExp(first)).click();
    await words(page, `About: ${first}`);
    // A click and a key with nothing between them, before anything of what was clicked could be drawn.
    await page.locator("a[data-number]", { hasText: second }).evaluate((link) => {
      link.click();
      document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "r", code: "KeyR", bubbles: true, cancelable: true }));
    });
    const editor = page.getByRole("textbox", { name: "Reply" });
    await editor.waitFor();
    await page.getByRole("heading", { name: second }).waitFor();
    await page.waitForFunction(() => document.activeElement?.matches("[contenteditable=true]"));

    // The server has the answer, and live word of it is here, before the browser is told that it has.
    const said = `Once and only once ${time}`;
    const lists = [];
    page.on("request", (r) => /\/conversations\?/.test(r.url()) && lists.push(r.url()));
    await editor.pressSequentially(said);
    await page.getByText("Draft saved").waitFor();
    const found = (await api.get("/conversations?view=drafts")).items.find((c) => c.subject === second);
    assert.ok(found, "the conversation is among the drafts");
    await page.evaluate((said) => {
      window.most = 0;
      const look = () => {
        let n = document.body.innerText.split(said).length - 1;
        for (const link of document.querySelectorAll("a[data-number]")) n -= link.innerText.split(said).length - 1; // its row begins with it too
        window.most = Math.max(window.most, n);
        requestAnimationFrame(look);
      };
      look();
    }, said);
    let tell;
    const told = new Promise((done) => {
      tell = done;
    });
    await page.route(/\/replies$/, async (route) => {
      const answer = await route.fetch();
      await told;
      await route.fulfill({ response: answer });
    });
    const heard = page.waitForEvent("requestfinished", (r) => r.method() === "GET" && new RegExp(`/conversations/number/${found.number}$`).test(r.url()));
    await page.keyboard.press("Control+Enter");
    await heard;
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    tell();
    await words(page, said);
    await editor.waitFor({ state: "detached" });
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    assert.equal(await page.evaluate(() => window.most), 1, "the answer was seen more than once at a time");
    assert.deepEqual(lists, []);

    // The view of drafts follows by what is told.
    const listed = page.waitForResponse((r) => /\/conversations\?.*drafts/.test(r.url()));
    await page.goto("/app/view/drafts");
    await listed;
    await row(page, new RegExp(second)).waitFor({ state: "detached" });
    lists.length = 0;
    await api.put(`/conversations/${found.id}/draft`, { mode: "reply", html: "<p>begun elsewhere</p>", to: [], cc: [], bcc: [], attachments: [] });
    await row(page, new RegExp(second)).waitFor();
    await api.call("DELETE", `/conversations/${found.id}/draft`);
    await row(page, new RegExp(second)).waitFor({ state: "detached" });
    assert.deepEqual(lists, []);
    assert.deepEqual(page.trouble, []);
  }),
);

it("can be used at 380 pixels, and in the dark", () =>
  browser.journey(async () => {
    await arrive(compose({ from: "Eva <eva@home.test>", to: "help@desk.test", subject: "Narrow", text: "Does it fit?" }), "eva@home.test");
    for (const look of [{ width: 380, height: 760 }, { dark: true }]) {
      const page = await browser.person({ url: desk.url, ...look });
      await api.enter(page);
      const name = look.dark ? "dark" : "narrow";
      await page.goto("/app/view/all");
      await row(page, /Narrow/).waitFor();
      await page.picture(`${name}-list`);
      assert.deepEqual(await page.findings(`${name} list`), []);
      await row(page, /Narrow/).click();
      await words(page, "Does it fit?");
      await page.picture(`${name}-conversation`);
      assert.deepEqual(await page.findings(`${name} conversation`), []);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(wide <= 0, `the page is ${wide} px wider than the window`);
      assert.deepEqual(page.trouble, []);
      await page.leave();
    }
  }),
);

it("sends whoever is not signed in to the door", () =>
  browser.journey(async () => {
    const page = await browser.person({ url: desk.url });
    await page.goto("/app/view/all");
    await page.waitForURL(/\/app\/sign-in/);
  }),
);
