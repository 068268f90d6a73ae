// A webhook from nothing: it is made, a rule calls it as a mail comes in, the receiver checks the signature, and the call is sent again by hand.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import { after, before, it } from "node:test";
import { Api, ann, inbox } from "../house/api.mjs";
import { openBrowser } from "../house/browser.mjs";
import { compose } from "../house/mail.mjs";
import { eventually } from "../house/process.mjs";
import { looks } from "../house/screens.mjs";
import { sendMail, startSink } from "../house/smtp.mjs";
import { startTellus } from "../house/tellus.mjs";

let desk;
let sink;
let receiver;
let browser;
let api;
const calls = [];
before(async () => {
  receiver = createServer((req, res) => {
    const parts = [];
    req.on("data", (part) => parts.push(part));
    req.on("end", () => {
      calls.push({ headers: req.headers, body: Buffer.concat(parts).toString() });
      res.writeHead(200, { "content-type": "text/plain" }).end("thank you");
    });
  });
  await new Promise((listening) => receiver.listen(0, "127.0.0.1", listening));
  desk = await startTellus({ env: { TELLUS_WEBHOOK_SERVERS: `127.0.0.1:${receiver.address().port}` } });
  sink = await startSink();
  browser = await openBrowser();
  api = new Api(desk.url);
  await api.setUp(await desk.setupLink(), ann);
  await api.post("/inboxes", inbox({ sink, acknowledge: false }));
});
after(async () => {
  await browser?.close();
  await desk?.stop();
  await sink?.stop();
  receiver?.closeAllConnections();
  receiver?.close();
});

const signed = (call, secret) => {
  const key = Buffer.from(secret.slice("whsec_".length), "base64");
  const sum = createHmac("sha256", key).update(`${call.headers["webhook-id"]}.${call.headers["webhook-timestamp"]}.${call.body}`).digest("base64");
  return call.headers["webhook-signature"].split(" ").includes(`v1,${sum}`);
};

it("calls another program by a rule, and sends it again", () =>
  browser.journey(async (time) => {
    const page = await browser.person({ url: desk.url });
    await api.enter(page);
    const name = `Stock ${time}`;
    const from = calls.length;

    await page.goto("/app/settings/webhooks");
    await page.getByRole("button", { name: "Add a webhook" }).click();
    const made = page.getByRole("dialog", { name: "Add a webhook" });
    await made.getByLabel("Name", { exact: true }).fill(name);
    await made.getByLabel("Address").fill("http://10.0.0.1/in");
    await made.getByRole("button", { name: "Create" }).click();
    await made.getByText("This is no address that can be called.", { exact: false }).waitFor();
    assert.deepEqual(await page.findings("a new webhook"), []);
    await made.getByLabel("Address").fill(`http://127.0.0.1:${receiver.address().port}/in`);
    await made.getByRole("button", { name: "Create" }).click();
    const told = page.getByRole("dialog", { name: "Secret" });
    const secret = (await told.getByText(/^whsec_/).first().textContent()).trim();
    assert.deepEqual(await page.findings("a webhook's secret"), []);
    await page.picture("webhook-secret");
    await told.getByRole("button", { name: "Done" }).click();
    await page.getByText(name, { exact: true }).waitFor();

    // A rule calls it.
    await page.goto("/app/settings/rules/new");
    await page.getByLabel("Name", { exact: true }).fill(`Tell ${name}`);
    await page.getByLabel("a conversation begins").check();
    await page.getByLabel("a message comes in").uncheck();
    await page.getByLabel("Add an action").selectOption("Call a webhook");
    await page.getByRole("group", { name: "Call a webhook", exact: true }).first().getByRole("combobox").selectOption(name);
    await page.picture("webhook-rule");
    await page.getByRole("button", { name: "Create rule" }).click();
    await page.getByRole("link", { name: `Tell ${name}`, exact: true }).waitFor();
    const mail = compose({ from: "Mara <mara@home.test>", to: "help@desk.test", subject: `Boots ${time}`, text: "Are the brown ones there?" });
    await sendMail({ port: desk.smtpPort, from: "mara@home.test", to: "help@desk.test", raw: mail.raw });
    const call = await eventually("the other program is called", async () => calls[from]);
    assert.ok(signed(call, secret), "the signature is not right");
    const { type, data } = JSON.parse(call.body);
    assert.equal(type, "rule.called");
    assert.equal(data.rule.name, `Tell ${name}`);
    assert.equal(data.conversation.customer.address, "mara@home.test");
    assert.equal(data.conversation.lastMessage.text, "Are the brown ones there?");
    assert.equal(data.conversation.link, `${desk.url}/app/view/all/${data.conversation.number}`);

    // It is listed, and sent again with the same id.
    await page.goto("/app/settings/webhooks");
    await page.getByRole("button", { name: `Deliveries: ${name}` }).click();
    const list = page.getByRole("dialog", { name: "Deliveries" });
    await list.getByText("delivered", { exact: true }).waitFor();
    await list.getByText("answer 200 · 1 try", { exact: false }).waitFor();
    await list.getByRole("button", { name: `Send again: Conversation #${data.conversation.number}` }).click();
    await list.getByText("answer 200 · 2 tries", { exact: false }).waitFor();
    assert.equal(calls.length, from + 2);
    assert.equal(calls[from + 1].headers["webhook-id"], call.headers["webhook-id"]);
    assert.equal(calls[from + 1].body, call.body);
    assert.ok(signed(calls[from + 1], secret));
    await list.getByRole("button", { name: "Send a test" }).click();
    await list.getByText("delivered", { exact: true }).nth(1).waitFor();
    assert.equal(JSON.parse(calls[from + 2].body).type, "webhook.test");
    assert.deepEqual(await page.findings("deliveries of a webhook"), []);
    await page.picture("webhook-deliveries");
    if (time === 1) {
      for (const look of ["dark", "phone"]) {
        const other = await browser.person({ url: desk.url, ...looks[look] });
        await api.enter(other);
        await other.goto("/app/settings/webhooks");
        await other.getByRole("button", { name: `Deliveries: ${name}` }).click();
        await other.getByText("answer 200 · 2 tries", { exact: false }).waitFor();
        await other.picture(`webhook-${look}`);
      }
    }
    for (const r of (await api.get("/rules")).items) await api.delete(`/rules/${r.id}`);
  }));
