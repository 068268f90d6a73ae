// Two records of one person: suggested, compared side by side, merged by hand, seen by somebody else at once, and parted again.
import assert from "node:assert/strict";
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

async function write(name, address, subject) {
  const mail = compose({ from: `${name} <${address}>`, to: "help@desk.test", subject, text: `${subject}, please.` });
  await sendMail({ port: desk.smtpPort, from: address, to: "help@desk.test", raw: mail.raw });
}

it("merges two records of one person by hand, and parts them again", () =>
  browser.journey(async () => {
    const page = await browser.person({ url: desk.url });
    await api.enter(page);
    await write("Anna Ozola", "anna.ozola@gmail.com", "First order");
    await write("A. Ozola", "AnnaOzola+shop@googlemail.com", "Second order");
    await write("Zane Kalve", "zane@kalve.test", "Something else");

    await page.goto("/app/customers/duplicates");
    await page.getByText("same mailbox").waitFor();
    assert.deepEqual(await page.findings("duplicates"), []);
    await page.picture("duplicates");

    // Somebody else has the record before him that is about to go.
    const other = await browser.person({ url: desk.url });
    await api.enter(other);
    await other.goto("/app/customers");
    await other.getByRole("link", { name: /A\. Ozola/ }).click();
    await other.getByText("Maybe the same person").waitFor();
    const old = new URL(other.url()).pathname;

    await page.getByRole("link", { name: "Compare and merge" }).click();
    await page.getByRole("heading", { name: "Merge two records" }).waitFor();
    await page.getByRole("group", { name: "Name" }).getByText("Anna Ozola").click();
    assert.deepEqual(await page.findings("merge"), []);
    await page.picture("merge-customers");
    await page.getByRole("button", { name: "Merge", exact: true }).click();
    await page.getByText("was merged into this record").first().waitFor();
    await page.getByRole("heading", { name: "Anna Ozola" }).waitFor();
    await page.getByText("First order, please.").waitFor();
    await page.getByText("Second order, please.").waitFor();

    // His page has become that of the one who stayed, and the old link leads there.
    await other.getByRole("heading", { name: "Anna Ozola" }).waitFor();
    await other.getByText("First order, please.").waitFor();
    await other.goto(old);
    await other.getByRole("heading", { name: "Anna Ozola" }).waitFor();

    await write("A. Ozola", "annaozola+shop@googlemail.com", "Third order");
    await page.goto("/app/view/all");
    await page.getByText("Third order", { exact: true }).first().waitFor();
    await page.goto(new URL(other.url()).pathname);
    await page.getByText("Third order, please.").waitFor();

    await other.getByRole("button", { name: "Undo merge" }).click();
    await other.getByText("Maybe the same person").waitFor();
    await page.getByText("Maybe the same person").waitFor();
    await page.getByRole("button", { name: "Not the same person" }).click();
    await page.getByText("Nobody else looks like the same person.").waitFor();
    await other.getByText("Nobody else looks like the same person.").waitFor();

    const narrow = await browser.person({ url: desk.url, width: 380, height: 780, dark: true });
    await api.enter(narrow);
    const ids = (await api.get("/customers")).items.filter((c) => c.name.endsWith("Ozola")).map((c) => c.id);
    assert.equal(ids.length, 2);
    await narrow.goto(`/app/customers/${ids[0]}/merge/${ids[1]}`);
    await narrow.getByRole("heading", { name: "Merge two records" }).waitFor();
    assert.ok(await narrow.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth));
    assert.deepEqual(await narrow.findings("merge, narrow and dark"), []);
    await narrow.picture("merge-customers-narrow");
    await narrow.goto("/app/customers/duplicates");
    await narrow.getByText("No duplicates").waitFor();
    assert.deepEqual(await narrow.findings("duplicates, narrow and dark"), []);
  }));
