// Purchases come in from a file and from a shop, count once, and stand beside the conversation that names them.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { it } from "node:test";
import { compose } from "../house/mail.mjs";
import { sendMail } from "../house/smtp.mjs";
import { start } from "../house/start.mjs";

let desk;
let browser;
let api;
start({}, (house) => {
  ({ desk, browser, api } = house);
});

const table = `Numurs;Datums;E-pasts;Summa;Prece;Daudzums;Cena
1001;31.01.2026;janis@mill.test;42,50;Teapot;1;42,50
1002;yesterday;janis@mill.test;5,00;Cup;1;5,00
`;

it("takes purchases in from a file and a shop, once each, and shows them live", () =>
  browser.journey(async () => {
    const page = await browser.person({ url: desk.url });
    await api.enter(page);
    for (const done of [/1 new, 0 changed, 0 as before, 1 refused/, /0 new, 0 changed, 1 as before, 1 refused/]) {
      await page.goto("/app/settings/imports");
      await page
        .getByLabel("Choose a CSV file")
        .setInputFiles({ name: "orders.csv", mimeType: "text/csv", buffer: Buffer.from(table) });
      await page.getByRole("button", { name: "Import", exact: true }).click();
      await page.getByText(done).waitFor();
    }
    await page.getByRole("button", { name: "Refused rows", exact: true }).first().click();
    await page.getByText(/Line 3: “yesterday” is no date/).waitFor();
    assert.deepEqual(await page.findings("imports"), []);
    await page.picture("imports");

    await page.goto("/app/settings/shops");
    await page.getByRole("button", { name: "Connect a shop" }).first().click();
    await page.getByLabel("Name").fill("Teapots");
    await page.getByRole("button", { name: "Connect", exact: true }).click();
    const sheet = page.getByRole("dialog", { name: "The shop is connected" });
    await sheet.waitFor();
    const texts = await sheet.locator("code").allInnerTexts();
    const address = texts.find((t) => t.includes("/hooks/shop/"));
    const secret = texts.find((t) => /^[A-Z0-9]{20,}$/.test(t));
    assert.ok(address && secret, `the address and the secret are shown: ${texts.length} texts`);
    await sheet.getByRole("button", { name: "Done" }).click();

    // The conversation is open while the shop tells of the order that it names.
    const mail = compose({
      from: "Janis Ozols <janis@mill.test>",
      to: "help@desk.test",
      subject: "Where is it?",
      text: "Where is my order 4750-W?",
    });
    await sendMail({ port: desk.smtpPort, from: "janis@mill.test", to: "help@desk.test", raw: mail.raw });
    await page.goto("/app/view/all");
    await page.getByRole("link", { name: /Janis Ozols|janis@mill.test/ }).click();
    await page.getByRole("button", { name: /1001.*42\.50/ }).waitFor();
    const body = JSON.stringify({
      id: 4750,
      number: "4750-W",
      status: "processing",
      currency: "EUR",
      date_created_gmt: "2026-02-11T14:03:20",
      date_modified_gmt: "2026-02-11T14:05:00",
      total: "30.25",
      billing: { email: "janis@mill.test" },
      line_items: [],
    });
    const send = async (key) => {
      const answer = await fetch(desk.url + new URL(address).pathname, {
        method: "POST",
        body,
        headers: {
          "X-WC-Webhook-Topic": "order.created",
          "X-WC-Webhook-Signature": createHmac("sha256", key).update(body).digest("base64"),
        },
      });
      return answer.status;
    };
    assert.equal(await send("another secret"), 401);
    assert.equal(await send(secret), 200);
    assert.equal(await send(secret), 200);
    await page.getByText("The number 4750-W is mentioned.").waitFor();
    await page.getByRole("button", { name: "This is about it" }).first().click();
    await page.getByRole("list", { name: "This conversation is about" }).getByText("4750-W").waitFor();
    assert.deepEqual(await page.findings("conversation with purchases"), []);
    await page.picture("purchases");
  }));
