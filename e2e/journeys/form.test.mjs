// The contact form: a shop's page on another origin shows it, a visitor writes with a file, the desk has it at once, the answer goes out by mail and the
// customer's reply comes back to the same conversation; and the form's own page, without JavaScript.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, it } from "node:test";
import { inbox } from "../house/api.mjs";
import { compose, header, text } from "../house/mail.mjs";
import { eventually } from "../house/process.mjs";
import { sendMail } from "../house/smtp.mjs";
import { start } from "../house/start.mjs";

let desk;
let sink;
let shop;
let browser;
let api;
let box;
let form;
start({ box: { acknowledge: true } }, (house) => {
  ({ desk, sink, browser, api, box } = house);
});
after(async () => {
  await shop?.stop();
});

/** openShop serves a company's website on an origin of its own, with styles and a policy that would spoil a form within its page. */
async function openShop(snippet, lang) {
  const server = createServer((_, res) => {
    res.writeHead(200, {
      "Content-Type": "text/html; charset=utf-8",
      "Content-Security-Policy": `default-src 'none'; style-src 'self' 'nonce-shop'; script-src ${desk.url}; connect-src ${desk.url}; frame-src ${desk.url}`,
    });
    res.end(`<!doctype html><html lang="${lang}"><head><title>Shop</title><style nonce="shop">* { color: red !important; font-size: 40px } button { display: none }</style></head>
      <body><main><h1>Cabinets</h1><a href="#x">A link</a>${snippet}</main></body></html>`);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return { url: `http://127.0.0.1:${server.address().port}`, stop: () => new Promise((done) => server.close(done).closeAllConnections()) };
}

/** allowed leaves out what a website of its own origin loads from the desk: that is what it is for. */
const allowed = (trouble) => trouble.filter((line) => !line.startsWith(`loads ${desk.url}/`));

const evil = `<img src=x onerror="window.top.hacked=1"><script>window.hacked=1</script>\n<a href="javascript:alert(1)">click</a> {{7*7}}`;

it("is switched on in the settings", () =>
  browser.journey(async () => {
    const page = await browser.person({ url: desk.url });
    await api.enter(page);
    await page.goto(`/app/settings/inboxes/${box.id}`);
    await page.getByRole("heading", { name: "Website form" }).waitFor();
    await page.getByRole("link", { name: "Set up" }).click();
    await page.getByRole("switch", { name: "Take messages by a form" }).check();
    await page.getByLabel("Websites").fill("not a website");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("“not a website” is no website.").waitFor();
    shop = await openShop("", "en");
    await page.getByLabel("Websites").fill(shop.url);
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("A button in the corner of every page").waitFor();
    await page.picture("form-settings");
    assert.deepEqual(await page.findings("form settings"), []);
    form = await api.get(`/inboxes/${box.id}/form`);
    assert.deepEqual(form.origins, [shop.url]);
    await assert.rejects(api.put(`/inboxes/${box.id}/form`, { ...form, inbox: undefined, key: undefined, version: 0 }), { status: 409 });
    await shop.stop();
    shop = undefined;
    form = await api.put(`/inboxes/${box.id}/form`, { ...form, inbox: undefined, key: undefined, origins: [] });
    assert.deepEqual(page.trouble, []);
  }),
);

it("takes a visitor's words on a foreign page to the desk, and the answer back to him", () =>
  browser.journey(async () => {
    shop = await openShop(`<script src="${desk.url}/widget.js" data-form="${form.key}" async></script>`, "lv");
    const agent = await browser.person({ url: desk.url });
    await api.enter(agent);
    await agent.goto("/app/view/unassigned");
    await agent.getByRole("heading").first().waitFor();

    const visitor = await browser.person({ url: shop.url, width: 1000, height: 800 });
    await visitor.goto("/");
    const opener = visitor.getByRole("button", { name: "Rakstiet mums" });
    await opener.waitFor();
    await visitor.picture("form-button");
    assert.deepEqual(await visitor.findings("shop"), []);
    await opener.click();
    const frame = visitor.frameLocator("iframe");
    await frame.getByRole("heading", { name: "Rakstiet mums" }).waitFor();
    assert.equal(await frame.locator("h1").evaluate((e) => getComputedStyle(e).color === "rgb(255, 0, 0)"), false, "the shop's styles leak in");
    await frame.getByRole("button", { name: "Nosūtīt" }).click();
    await frame.getByText("Lūdzu, norādiet savu e-pasta adresi").waitFor();
    assert.equal(await frame.locator("#email").evaluate((e) => e === document.activeElement && e.getAttribute("aria-invalid") === "true"), true);
    await visitor.picture("form-faults");
    const inside = visitor.frames().find((f) => f.url().includes("/form/"));
    assert.deepEqual(await visitor.findings("form with faults", inside), []);
    await frame.getByLabel("Jūsu vārds").fill("Zane Bērziņa");
    await frame.getByLabel("Jūsu e-pasta adrese").fill("zane@home.test");
    await frame.getByLabel("Jūsu ziņa").fill(`Labdien! Kad atvedīsiet manu skapi?\n\n${evil}`);
    await frame.locator("#files").setInputFiles([
      { name: "skapis.png", mimeType: "image/png", buffer: Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64") },
      { name: "rekins.pdf.exe", mimeType: "application/pdf", buffer: Buffer.from("MZ") },
    ]);
    // Closed by Esc, the focus is back where it was and nothing is lost.
    await frame.getByLabel("Jūsu ziņa").press("Escape");
    await visitor.locator("iframe").waitFor({ state: "hidden" });
    assert.equal(await opener.evaluate((e) => e.getRootNode().activeElement === e), true, "the focus is lost");
    await opener.click();
    assert.match(await frame.getByLabel("Jūsu ziņa").inputValue(), /Kad atvedīsiet/);
    await visitor.picture("form-filled");
    // Twice in a row: it counts once.
    await frame.getByRole("button", { name: "Nosūtīt" }).dblclick();
    await frame.getByRole("heading", { name: "Paldies!" }).waitFor();
    await visitor.picture("form-sent");
    assert.deepEqual(await visitor.findings("thanks", inside), []);

    await agent.getByRole("link", { name: /Zane Bērziņa.*Labdien! Kad atvedīsiet manu skapi\?/s }).click();
    await agent.getByText("By the website form").waitFor();
    await agent.getByText("rekins.pdf.exe").first().waitFor();
    await agent.getByRole("article", { name: /Zane/ }).getByText("<script>window.hacked=1</script>").waitFor();
    assert.equal(await agent.evaluate(() => window.hacked), undefined);
    await agent.picture("form-in-desk");
    assert.deepEqual(await agent.findings("conversation by form"), []);
    const rows = (await api.get("/conversations?view=all")).items;
    assert.equal(rows.length, 1, "a double click made two");
    const opened = await api.get(`/conversations/${rows[0].id}`);
    const message = opened.timeline.messages.find((m) => m.kind === "incoming");
    assert.equal(message.channel, "form");
    assert.equal(message.text.trim(), `Labdien! Kad atvedīsiet manu skapi?\n\n${evil}`);
    assert.deepEqual(message.attachments.map((f) => f.name), ["skapis.png", "rekins.pdf.exe"]);
    assert.ok(message.attachments[1].held, "a program is handed out");

    const acknowledged = await sink.take("the acknowledgement", (m) => m.to.includes("zane@home.test"));
    assert.match(header(acknowledged.raw, "Subject"), /#\d+/);
    await api.post(
      `/conversations/${rows[0].id}/replies`,
      { html: "<p>Rīt no rīta.</p>", to: opened.replyTo.to, cc: [], bcc: [], attachments: [], seen: message.id, then: "waiting", quote: true },
      { "Idempotency-Key": "answer" },
    );
    const answer = await sink.take("the answer", (m) => m.to.includes("zane@home.test"));
    assert.match(text(answer.raw), /Rīt no rīta\./);
    assert.match(text(answer.raw), /> Labdien! Kad atvedīsiet manu skapi\?/);
    await sendMail({
      port: desk.smtpPort,
      from: "zane@home.test",
      to: "help@desk.test",
      raw: compose({
        from: "zane@home.test", to: "help@desk.test", subject: "Re: skapis", text: "Paldies!", extra: { "In-Reply-To": header(answer.raw, "Message-ID") },
      }).raw,
    });
    await agent.getByText("Paldies!").first().waitFor();
    assert.equal((await api.get("/conversations?view=all")).items.length, 1, "the reply is elsewhere");
    assert.deepEqual(allowed(visitor.trouble), []);
    assert.deepEqual(agent.trouble, []);
    await shop.stop();
    shop = undefined;
  }),
);

it("stands within a page, in dark and on a telephone", () =>
  browser.journey(async () => {
    shop = await openShop(`<div id="here"></div><script src="${desk.url}/widget.js" data-form="${form.key}" data-place="#here" data-lang="de" async></script>`, "en");
    const visitor = await browser.person({ url: shop.url, width: 320, height: 700, dark: true });
    await visitor.goto("/");
    const frame = visitor.frameLocator("iframe");
    await frame.getByRole("heading", { name: "Schreiben Sie uns" }).waitFor();
    const inside = visitor.frames().find((f) => f.url().includes("/form/"));
    await eventually("the frame is as high as the form", async () => {
      const inner = await inside.evaluate(() => document.documentElement.offsetHeight);
      return (await visitor.locator("iframe").evaluate((e) => e.clientHeight)) >= inner && inner > 300;
    });
    assert.ok(await inside.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), "it is too wide");
    assert.deepEqual(await visitor.findings("form within a page", inside), []);
    await visitor.picture("form-within-dark-320");
    assert.deepEqual(allowed(visitor.trouble), []);
    await shop.stop();
    shop = undefined;
  }),
);

it("has a page of its own that needs no JavaScript", () =>
  browser.journey(async () => {
    const visitor = await browser.person({ url: desk.url, width: 700, height: 900, scripts: false });
    await visitor.goto(`/form/${form.key}?lang=pl`);
    const begun = Date.now();
    await visitor.getByRole("heading", { name: "Napisz do nas" }).waitFor();
    assert.equal(await visitor.locator("html").getAttribute("lang"), "pl");
    await visitor.getByLabel("Imię i nazwisko").fill("http://spam.test");
    await visitor.getByLabel("Adres e-mail").fill("ola@home.test");
    await visitor.getByLabel("Wiadomość").fill("Dzień dobry,\ngdzie jest moja paczka?");
    await visitor.getByRole("button", { name: "Wyślij" }).click();
    await visitor.getByText("Proszę podać samo imię i nazwisko, bez adresów.").waitFor();
    assert.equal(await visitor.getByLabel("Wiadomość").inputValue(), "Dzień dobry,\ngdzie jest moja paczka?", "what was typed is lost");
    await visitor.picture("form-page-faults");
    await visitor.getByLabel("Imię i nazwisko").fill("Ola Nowak");
    await eventually("a person would have written so much", () => Date.now() - begun > 3100); // what is quicker is taken for a program
    await visitor.getByRole("button", { name: "Wyślij" }).click();
    await visitor.getByRole("heading", { name: "Dziękujemy." }).waitFor();
    await visitor.picture("form-page-sent");
    await visitor.reload();
    const row = await eventually("it is a conversation", async () =>
      (await api.get("/conversations?view=all")).items.find((c) => c.customerName === "Ola Nowak"),
    );
    assert.equal(row.language, "pl");
    assert.equal(row.channel, "form");
    assert.equal((await api.get("/conversations?view=all")).items.length, 2);

    const seeing = await browser.person({ url: desk.url, width: 700, height: 900 });
    await seeing.goto(`/form/${form.key}`);
    await seeing.getByRole("heading", { name: "Write to us" }).waitFor();
    assert.deepEqual(await seeing.findings("form page"), []);
    await seeing.picture("form-page");
    assert.deepEqual(visitor.trouble, []);
    assert.deepEqual(seeing.trouble, []);
    assert.doesNotMatch(desk.said, /panic|level=ERROR/);
  }),
);
