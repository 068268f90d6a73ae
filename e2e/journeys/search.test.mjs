// Searching as an agent does: by words in four languages with and without their marks, as they are typed, by phrase and filter, by keyboard; what one may
// not see, what was just written, what an attached file says, customers and what they bought, and the ways around the desk that need no mouse.
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { Api, ann, inbox } from "../house/api.mjs";
import { openBrowser } from "../house/browser.mjs";
import { compose } from "../house/mail.mjs";
import { eventually } from "../house/process.mjs";
import { sendMail, startSink } from "../house/smtp.mjs";
import { startTellus } from "../house/tellus.mjs";

let desk;
let sink;
let browser;
let api;
let light;

const mails = [
  { name: "Jānis Ozols", at: "janis@home.test", subject: "Par manu pirkumu", text: "Labdien! Kad mūsu pasūtījumiem būs piegāde uz Rīgu? Gaidīšu atbildi." },
  { name: "Rūta Kazlauskienė", at: "ruta@namai.test", subject: "Pristatymas", text: "Laba diena, jūsų klientams labai svarbu gauti prekes laiku." },
  { name: "Zofia Wiśniewska", at: "zofia@dom.test", subject: "Reklamacja", text: "Dzień dobry, moja przesyłka jeszcze nie dotarła do domu." },
  { name: "Bob Smith", at: "bob@mail.test", subject: "Broken lamp", text: "The lamps that you delivered were broken. I would like to have my money back." },
  { name: "Eve Stone", at: "eve@mail.test", subject: "Secret lamp", text: "This lamp is between the two of us." },
];

before(async () => {
  desk = await startTellus();
  sink = await startSink();
  browser = await openBrowser();
  api = new Api(desk.url);
  await api.setUp(await desk.setupLink(), ann);
  await api.post("/inboxes", inbox({ sink }));
  for (const m of mails) {
    const mail = compose({ from: `"${m.name}" <${m.at}>`, to: "help@desk.test", subject: m.subject, text: m.text });
    await sendMail({ port: desk.smtpPort, from: m.at, to: "help@desk.test", raw: mail.raw });
    await row(m.subject); // one after the other, so that the newest is known
  }
  const { link } = await api.post("/agents", { name: "Laura Berzina", email: "laura@desk.test", role: "light_agent", language: "en", teams: [] });
  light = new Api(desk.url);
  await light.post(`/links/${link.split("/").at(-1)}`, { name: "Laura Berzina", password: "five quite plain words here", language: "en", timeZone: "Europe/Riga" });
  const secret = await row("Secret lamp");
  const me = (await api.get("/profile")).id;
  await api.put(`/conversations/${secret.id}/access`, { restricted: true, agents: [me] });
  await found(api, "lamp", 2);
  await found(light, "lamp", 1);
});
after(async () => {
  await browser?.close();
  await sink?.stop();
  await desk?.stop();
});

/** row waits for a conversation. */
const row = (subject) =>
  eventually(`"${subject}" has come`, async () => (await api.get("/conversations?view=all")).items.find((c) => c.subject === subject));

/** found waits until a search finds so many conversations: the index follows within seconds. */
const found = (who, q, count) =>
  eventually(`${q} finds ${count}`, async () => (await who.get(`/search/messages?q=${encodeURIComponent(q)}`)).items.length === count);

const subjects = (page) => page.getByRole("list", { name: "What was found" }).getByRole("listitem");

/** only waits until one conversation is found, and says what is marked in it. */
async function only(page, subject) {
  await subjects(page).filter({ hasText: subject }).waitFor();
  await eventually(`only "${subject}" is left`, async () => (await subjects(page).count()) === 1);
  return (await subjects(page).locator("mark").allTextContents()).join(" ");
}

it("finds by words, as they are typed, by phrase, filter and keyboard", () =>
  browser.journey(async () => {
    const page = await browser.person({ url: desk.url });
    await api.enter(page);
    await page.goto("/app/search?q=");
    const field = page.getByRole("searchbox", { name: "Search everything" });
    const go = async (text) => {
      await field.fill(text);
      await field.press("Enter");
      await page.waitForURL((u) => u.searchParams.get("q")?.includes(text.replaceAll('"', "")));
    };
    for (const [text, subject, mark] of [
      ["pasutijums", "Par manu pirkumu", /pasūtījumiem/],
      ["pasūtījumu", "Par manu pirkumu", /pasūtījumiem/],
      ["klientai", "Pristatymas", /klientams/],
      ["przesylki", "Reklamacja", /przesyłka/],
      ["deliver", "Broken lamp", /delivered/],
      ['"money back"', "Broken lamp", /money back/],
      ["lamp -secret", "Broken lamp", /lamp/i],
      ["from:zofia", "Reklamacja", /^$/],
      ["lamp from:bob@mail.test", "Broken lamp", /lamp/i],
    ]) {
      await go(text);
      assert.match(await only(page, subject), mark, text);
    }
    await go('"back money"');
    await page.getByText("Nothing found").waitFor();

    await field.fill("przes"); // not asked for: shown while it is typed
    await only(page, "Reklamacja");
    await field.fill("lamp");
    await eventually("both are shown", async () => (await subjects(page).count()) === 2);
    await page.getByText("2 messages found").waitFor();
    await field.press("Enter");
    await page.getByRole("button", { name: "Newest first" }).click();
    await page.waitForURL(/sort=newest/);
    await subjects(page).first().filter({ hasText: "Secret lamp" }).waitFor();
    assert.deepEqual(await page.findings("search"), []);
    await page.picture("search");

    await field.focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Broken lamp" }).waitFor();

    const lamp = await row("Broken lamp");
    await api.post(`/conversations/${lamp.id}/notes`, { html: "<p>The warehouse found a xylophone.</p>", mentions: [], attachments: [] });
    await found(api, "xylophone", 1);
    await page.goto("/app/search?q=xylophones");
    assert.match(await only(page, "Broken lamp"), /xylophone/);
    await subjects(page).getByText("Note", { exact: true }).waitFor();
    assert.deepEqual(page.trouble, []);
  }));

it("finds what attached files say, customers, and what they bought", () =>
  browser.journey(async () => {
    const part = (head, text) => `--b\n${head}\n\n${text}\n`;
    const mail = compose({
      from: '"Bob Smith" <bob@mail.test>',
      to: "help@desk.test",
      subject: "Papers",
      text: `${part("Content-Type: text/plain", "See the file.")}${part('Content-Type: text/csv; charset=utf-8\nContent-Disposition: attachment; filename="terms.csv"', "item;price\nquittance;4711")}--b--`,
      extra: { "Content-Type": 'multipart/mixed; boundary="b"' },
    });
    await sendMail({ port: desk.smtpPort, from: "bob@mail.test", to: "help@desk.test", raw: mail.raw });
    const { customer } = await row("Reklamacja");
    await api.post("/purchases", {
      source: "till",
      externalId: "77-A",
      number: "WK-20077",
      customer,
      status: "paid",
      currency: "EUR",
      total: 12900,
      placedAt: "2026-03-05T10:00:00Z",
      items: [{ name: "Walnut wardrobe", sku: "W1", quantity: "1", price: 12900, total: 12900 }],
    });
    await found(api, "quittance", 1);
    await eventually("the purchase is found", async () => (await api.get("/search/messages?q=wardrobe")).purchases.length === 1);

    const page = await browser.person({ url: desk.url });
    await api.enter(page);
    await page.goto("/app/search?q=quittance");
    assert.match(await only(page, "Papers"), /quittance/);
    await subjects(page).getByText("terms.csv").waitFor();

    const field = page.getByRole("searchbox", { name: "Search everything" });
    await field.fill("wiśniew"); // as it is typed
    await page.getByRole("region", { name: "Customers" }).getByRole("link", { name: /Zofia Wiśniewska/ }).waitFor();
    for (const text of ["wk-20077", "wardrobes"]) {
      await field.fill(text);
      await field.press("Enter");
      await page.getByRole("region", { name: "Purchases" }).getByRole("link", { name: /WK-20077.*Walnut wardrobe/ }).waitFor();
    }
    assert.deepEqual(await page.findings("search-people"), []);
    await page.picture("search-people");
    await page.getByRole("region", { name: "Purchases" }).getByRole("link").click();
    await page.getByRole("heading", { name: "Zofia Wiśniewska" }).waitFor();
    assert.deepEqual(page.trouble, []);
  }));

it("shows nobody what he may not see, in the dark and on a telephone", () =>
  browser.journey(async () => {
    const page = await browser.person({ url: desk.url, dark: true, width: 380, height: 780 });
    await light.enter(page);
    await page.goto("/app/search?q=lamp");
    await only(page, "Broken lamp");
    assert.deepEqual(await page.findings("search-dark-phone"), []);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(over <= 1, `the page is ${over} px wider than the window`);
    await page.picture("search-dark-phone");
    await page.goto("/app/search?q=from%3Aeve");
    await page.getByText("Nothing found").waitFor();
    assert.deepEqual(page.trouble, []);
  }));

it("goes anywhere by the palette, and says which keys there are", () =>
  browser.journey(async () => {
    const page = await browser.person({ url: desk.url });
    await api.enter(page);
    await page.goto("/app/view/all");
    await page.getByRole("link", { name: /Bob Smith/ }).first().waitFor();
    await page.keyboard.press("Control+k");
    const palette = page.getByRole("combobox", { name: "Search or jump to" });
    await palette.fill("zofia");
    await page.getByRole("option", { name: /Zofia/ }).first().waitFor();
    assert.deepEqual(await page.findings("palette"), []);
    await page.picture("palette");
    await page.keyboard.press("Escape");
    await palette.waitFor({ state: "detached" });
    await page.keyboard.press("?");
    const keys = page.getByRole("dialog");
    await keys.waitFor();
    assert.ok((await keys.locator("kbd").count()) > 5, "keys are listed");
    assert.deepEqual(await page.findings("shortcuts"), []);
    await page.picture("shortcuts");
    await page.keyboard.press("Escape");
    await keys.waitFor({ state: "detached" });
    assert.deepEqual(page.trouble, []);
  }));
