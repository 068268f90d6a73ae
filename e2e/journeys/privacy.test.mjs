// What is owed to a person whose data lie here: all of it as a file, a hold while a claim may run, and erasure that leaves figures and no person.
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { Api, ann, inbox } from "../house/api.mjs";
import { openBrowser } from "../house/browser.mjs";
import { compose } from "../house/mail.mjs";
import { sendMail, startSink } from "../house/smtp.mjs";
import { startTellus } from "../house/tellus.mjs";

let desk;
let sink;
let browser;
let api;
before(async () => {
  desk = await startTellus();
  sink = await startSink();
  browser = await openBrowser();
  api = new Api(desk.url);
  await api.setUp(await desk.setupLink(), ann);
  await api.post("/inboxes", inbox({ sink }));
});
after(async () => {
  await browser?.close();
  await sink?.stop();
  await desk?.stop();
});

it("hands out, holds and erases all that is held on a person", () =>
  browser.journey(async () => {
    const mail = compose({ from: "Janis Zebra <janis@zebra.test>", to: "help@desk.test", subject: "Okapi", text: "It is a giraffe." });
    await sendMail({ port: desk.smtpPort, from: "janis@zebra.test", to: "help@desk.test", raw: mail.raw });
    const page = await browser.person({ url: desk.url });
    await api.enter(page);
    await page.goto("/app/view/all");
    await page.getByRole("link", { name: /Janis Zebra/ }).click();
    await page.getByRole("complementary").getByRole("link", { name: "Janis Zebra" }).click();
    await page.getByRole("heading", { name: "Privacy" }).waitFor();

    await page.getByRole("button", { name: "Export all data" }).click();
    const link = page.getByRole("link", { name: /^Download/ });
    await link.waitFor();
    const [file] = await Promise.all([page.waitForEvent("download"), link.click()]);
    assert.match(file.suggestedFilename(), /^tellus-customer-\d+-.*\.zip$/);

    await page.getByRole("button", { name: "Set a legal hold" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel(/Why it is kept/).fill("Claim 7 of the insurer");
    assert.deepEqual(await page.findings("hold"), []);
    await dialog.getByRole("button", { name: "Set a legal hold" }).click();
    await page.getByRole("note").getByText("Claim 7 of the insurer").waitFor();
    assert.ok(await page.getByRole("button", { name: "Erase this person" }).isDisabled());
    assert.deepEqual(await page.findings("customer with a hold"), []);
    await page.picture("privacy-customer");

    const narrow = await browser.person({ url: desk.url, width: 380, height: 780, dark: true });
    await api.enter(narrow);
    await narrow.goto("/app/settings/privacy");
    await narrow.getByText("Claim 7 of the insurer").waitFor();
    assert.ok(await narrow.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth));
    assert.deepEqual(await narrow.findings("privacy narrow and dark"), []);
    await narrow.picture("privacy-narrow");
    await narrow.getByRole("button", { name: "End the hold" }).click();
    await narrow.getByRole("dialog").getByRole("button", { name: "End the hold" }).click();

    // Told of live: the other browser may erase now.
    await page.getByRole("button", { name: "Erase this person" }).click();
    const act = dialog.getByRole("button", { name: "Erase for good" });
    assert.ok(await act.isDisabled());
    await dialog.getByLabel(/to confirm/).fill("Janis Zebra");
    assert.deepEqual(await page.findings("erasure"), []);
    await page.picture("privacy-erase");
    await act.click();
    await page.getByText(/^Erased/).waitFor();
    for (const word of [/Zebra/, /giraffe/]) await page.getByText(word).first().waitFor({ state: "detached" }); // what is shown follows live
    await page.goto("/app/settings/privacy");
    await page.getByText(/^Customer \d+/).first().waitFor();
    await page.picture("privacy-settings");
    await page.goto("/app/view/all");
    await page.getByRole("link", { name: /#?\d+/ }).first().waitFor();
    assert.equal(await page.getByText(/Zebra|giraffe|Okapi/).count(), 0);
  }));

it("makes a rule for how long is kept, says before what it would erase, and ends it", () =>
  browser.journey(async () => {
    const page = await browser.person({ url: desk.url });
    await api.enter(page);
    await page.goto("/app/settings/privacy");
    await page.getByRole("button", { name: "New rule" }).click();
    const sheet = page.getByRole("dialog", { name: "New rule" });
    const make = sheet.getByRole("button", { name: "Start erasing" });
    await sheet.getByText("0 conversations would be erased at once.").waitFor();
    // A rule must keep for a month at least.
    await sheet.getByLabel("Months after it was finished").fill("0");
    assert.ok(await make.isDisabled(), "a rule of no month can be made");
    await sheet.getByLabel("Months after it was finished").fill("24");
    await sheet.getByLabel("Inbox").selectOption({ label: "Help" });
    await sheet.getByLabel("Type").selectOption({ label: "Complaint" });
    await sheet.getByLabel("Also erase customers").check();
    await sheet.getByText("0 conversations would be erased at once.").waitFor();
    assert.deepEqual(await page.findings("a new rule"), []);
    await page.picture("privacy-rule");
    await make.click();
    await sheet.waitFor({ state: "detached" });
    await page.getByText("Help · Complaint").waitFor();
    await page.getByText("Erased 24 months after it was finished").waitFor();
    const { items } = await api.get("/privacy/rules");
    assert.equal(items.length, 1);
    assert.deepEqual([items[0].months, items[0].persons], [24, true]);

    await page.reload();
    await page.getByText("Help · Complaint").waitFor();
    await page.getByRole("button", { name: "End this rule" }).click();
    const ask = page.getByRole("dialog", { name: "End this rule?" });
    await ask.getByRole("button", { name: "End this rule" }).click();
    await page.getByText("Help · Complaint").waitFor({ state: "detached" });
    assert.equal((await api.get("/privacy/rules")).items.length, 0);
    assert.deepEqual(page.trouble, []);
  }));
