// One customer, all data in one place: found in the list, warned of in his conversation, edited by two people at once, with his organisation and what was said with him.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
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

it("keeps all that is known of a customer on his page, live for whoever looks at it", () =>
  browser.journey(async () => {
    const page = await browser.person({ url: desk.url });
    await api.enter(page);
    await page.goto("/app/organisations");
    await page.getByRole("button", { name: "New organisation" }).click();
    await page.getByLabel("Name", { exact: true }).fill("Old Mill");
    await page.getByRole("button", { name: "Create" }).click();
    await page.getByLabel("Mail domains").fill("gmail.com");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText(/Anybody gets an address at gmail.com/).waitFor();
    await page.getByLabel("Mail domains").fill("mill.test");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved", { exact: true }).waitFor();
    assert.deepEqual(await page.findings("organisation"), []);

    const mail = compose({ from: "Janis Ozols <janis@mill.test>", to: "help@desk.test", subject: "Flour", text: "It is wet." });
    await sendMail({ port: desk.smtpPort, from: "janis@mill.test", to: "help@desk.test", raw: mail.raw });
    await page.goto("/app/view/all");
    await page.getByRole("link", { name: /Janis Ozols/ }).click();
    await page.getByRole("heading", { name: "Flour" }).waitFor();
    await page.getByRole("complementary").getByRole("link", { name: "Janis Ozols" }).click();
    await page.getByRole("heading", { name: "Janis Ozols" }).waitFor();
    await page.getByRole("link", { name: "Open Old Mill" }).waitFor();
    await page.getByText("It is wet.").waitFor();

    const other = await browser.person({ url: desk.url });
    await api.enter(other);
    await other.goto("/app/view/all");
    await other.getByRole("link", { name: /Janis Ozols/ }).click();
    await other.getByRole("heading", { name: "Flour" }).waitFor();

    await page.getByRole("button", { name: "Edit" }).first().click();
    await page.getByLabel(/One a line/).fill("Pays in advance");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("listitem").getByText("Pays in advance").waitFor();
    await other.getByRole("note").getByText("Pays in advance").waitFor();

    await page.getByRole("button", { name: "Write down" }).click();
    await page.getByLabel("How is it known?").fill("by phone");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Log: 1 line").waitFor();
    assert.deepEqual(await page.findings("customer"), []);
    await page.picture("customer");

    await page.goto("/app/customers");
    await page.getByRole("searchbox").fill("janis@");
    await page.getByRole("link", { name: /Janis Ozols/ }).waitFor();
    assert.deepEqual(await page.findings("customers"), []);
    await page.picture("customers");

    // By a later word of his name, without its marks.
    await page.getByRole("searchbox").fill("ozol");
    await page.getByRole("link", { name: /Janis Ozols/ }).waitFor();

    // Somebody who likes to be called is answered so: the composer begins there, and says what his clock shows.
    const who = new URL(await page.getByRole("link", { name: /Janis Ozols/ }).evaluate((a) => a.href)).pathname;
    await page.goto(who);
    await page.getByRole("heading", { name: "How to reach" }).getByRole("button").click();
    await page.getByLabel("Prefers").selectOption("phone");
    await page.getByLabel("Time zone").fill("Europe/Riga");
    await page.getByRole("button", { name: "Save" }).click();
    await other.getByText("Likes to be called").first().waitFor();
    await other.getByText(/It is \d\d:\d\d for this customer/).first().waitFor();
    await other.getByRole("button", { name: "Write down a call" }).click();
    await other.getByRole("dialog").waitFor();
    await other.keyboard.press("Escape");
    await other.picture("likes-calls");

    // The same on a narrow dark screen, where nothing may stick out.
    const narrow = await browser.person({ url: desk.url, width: 380, height: 780, dark: true });
    await api.enter(narrow);
    for (const place of ["/app/customers", "/app/organisations", new URL(other.url()).pathname]) {
      await narrow.goto(place);
      await narrow.getByText(/Old Mill|Janis Ozols/).first().waitFor();
      assert.ok(await narrow.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), place);
    }
    await narrow.goto("/app/customers");
    await narrow.getByRole("link", { name: /Janis Ozols/ }).click();
    await narrow.getByText("It is wet.").waitFor();
    assert.deepEqual(await narrow.findings("customer narrow and dark"), []);
    await narrow.picture("customer-narrow");
  }));

it("keeps a segment of customers by a condition, live in a second browser", () =>
  browser.journey(async () => {
    const page = await browser.person({ url: desk.url });
    await api.enter(page);
    const other = await browser.person({ url: desk.url });
    await api.enter(other);
    await other.goto("/app/customers");
    await other.getByRole("button", { name: "All customers" }).waitFor();

    await page.goto("/app/customers");
    await page.getByRole("button", { name: "New segment" }).click();
    const sheet = page.getByRole("dialog");
    await sheet.getByLabel("Name", { exact: true }).fill("Waiting for us");
    await sheet.getByLabel("What", { exact: true }).selectOption({ label: "Unfinished conversations" });
    await sheet.getByLabel("With what").fill("1");
    await sheet.getByText("Finds 1 customer", { exact: true }).waitFor();
    await page.picture("segment-editor");
    await sheet.getByRole("button", { name: "Save" }).click();
    await sheet.waitFor({ state: "detached" });
    const members = page.getByRole("main").getByRole("listitem");
    await page.getByRole("button", { name: /^Waiting for us\s*1$/, pressed: true }).waitFor();
    await members.getByText("Janis Ozols").waitFor();
    assert.deepEqual(await page.findings("segment"), []);
    await page.picture("segment");

    await other.getByRole("button", { name: /^Waiting for us\s*1$/ }).click();
    await other.getByRole("main").getByRole("listitem").getByText("Janis Ozols").waitFor();
    const mail = compose({ from: "Liga Berzina <liga@field.test>", to: "help@desk.test", subject: "Rye", text: "Is there any?" });
    await sendMail({ port: desk.smtpPort, from: "liga@field.test", to: "help@desk.test", raw: mail.raw });
    await other.getByRole("button", { name: /^Waiting for us\s*2$/ }).waitFor();
    await other.getByRole("main").getByRole("listitem").getByText("Liga Berzina").waitFor();

    await other.getByRole("button", { name: "Save as CSV file" }).click();
    await other.getByText("The file is ready: 2 customers").waitFor();
    assert.deepEqual(await other.findings("segment written to a file"), []);
    await other.picture("segment-file");
    const [file] = await Promise.all([
      other.waitForEvent("download"),
      other.getByRole("button", { name: "Download" }).click(),
    ]);
    const lines = (await readFile(await file.path(), "utf8")).trim().split("\r\n");
    assert.match(lines[0], /^Name,Mail addresses,Phone numbers,Organisation,/);
    assert.match(lines[1], /^Janis Ozols,janis@mill\.test,/);
    assert.match(lines[2], /^Liga Berzina,liga@field\.test,/);
    assert.equal(lines.length, 3);
  }));
