// A saved view from its making to a colleague's screen: conditions with what they find beside them, live membership, the table, and the file.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { it } from "node:test";
import { compose } from "../house/mail.mjs";
import { sendMail } from "../house/smtp.mjs";
import { start } from "../house/start.mjs";

let desk;
let browser;
let api;
const write = (subject) =>
  sendMail({
    port: desk.smtpPort,
    from: "janis@home.test",
    to: "help@desk.test",
    raw: compose({ from: "Janis Ozols <janis@home.test>", to: "help@desk.test", subject, text: "They are torn." }).raw,
  });
start({}, async (house) => {
  ({ desk, browser, api } = house);
  await write("Broken shoes");
  await write("=1+1 Lost parcel");
});

it("makes a view for everyone, sees conversations enter and leave it live, and saves it as a file", () =>
  browser.journey(async () => {
    const page = await browser.person({ url: desk.url });
    await api.enter(page);
    const other = await browser.person({ url: desk.url });
    await api.enter(other);
    await page.goto("/app/view/all");
    await page.getByRole("link", { name: /Broken shoes/ }).waitFor();
    await page.keyboard.press("Shift+V");
    const sheet = page.getByRole("dialog", { name: "New view" });
    await sheet.getByLabel("Name", { exact: true }).fill("Urgent parcels");
    await sheet.getByText("Finds 2 conversations").waitFor();
    await sheet.getByRole("button", { name: "Condition", exact: true }).first().click();
    await sheet.getByLabel("What", { exact: true }).nth(1).selectOption("subject");
    await sheet.getByLabel("With what").nth(1).fill("PARCEL");
    await sheet.getByText("Finds 1 conversation").waitFor();
    await sheet.getByRole("radio", { name: "Everyone" }).check();
    assert.deepEqual(await page.findings("view-editor"), []);
    await page.picture("view-editor");
    await sheet.getByRole("button", { name: "Save the view" }).click();
    await page.getByRole("heading", { name: "Urgent parcels" }).waitFor();
    await page.getByRole("link", { name: /Lost parcel/ }).waitFor();
    assert.equal(await page.getByRole("link", { name: /Broken shoes/ }).count(), 0);

    await other.goto("/app/view/all");
    await other.getByRole("link", { name: "Urgent parcels" }).click();
    await other.getByRole("link", { name: /Lost parcel/ }).waitFor();
    await write("A second parcel");
    for (const one of [page, other]) await one.getByRole("link", { name: /A second parcel/ }).waitFor();
    const all = await api.get("/conversations?view=all");
    const lost = all.items.find((c) => c.subject.includes("Lost parcel"));
    await api.patch(`/conversations/${lost.id}`, { version: lost.version, status: "resolved" });
    for (const one of [page, other]) await one.getByRole("link", { name: /Lost parcel/ }).waitFor({ state: "detached" });

    await page.getByRole("button", { name: "This view" }).click();
    await page.getByRole("menuitem", { name: "As a table" }).click();
    const table = page.getByRole("table");
    await table.getByRole("row", { name: /A second parcel/ }).waitFor();
    assert.deepEqual(await page.findings("view-table"), []);
    await page.picture("view-table");
    await page.getByRole("button", { name: "This view" }).click();
    await page.getByRole("menuitem", { name: "Save as CSV file" }).click();
    const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Download" }).click()]);
    const text = await readFile(await file.path(), "utf8");
    assert.match(text, /A second parcel/);
    assert.doesNotMatch(text, /Broken shoes/);
  }));
