// Work on many conversations: chosen in a list, looked at, done, seen by a colleague, and undone but for what was changed since.
import assert from "node:assert/strict";
import { it } from "node:test";
import { compose } from "../house/mail.mjs";
import { sendMail } from "../house/smtp.mjs";
import { start } from "../house/start.mjs";

let desk;
let browser;
let api;
start({}, async (house) => {
  ({ desk, browser, api } = house);
  for (const subject of ["First matter", "Second matter", "Third matter"]) {
    const mail = compose({ from: "Janis Ozols <janis@home.test>", to: "help@desk.test", subject, text: "Please help." });
    await sendMail({ port: desk.smtpPort, from: "janis@home.test", to: "help@desk.test", raw: mail.raw });
  }
});

it("resolves what is chosen, keeps what was changed since, and puts the rest back", () =>
  browser.journey(async () => {
    const page = await browser.person({ url: desk.url });
    await api.enter(page);
    const other = await browser.person({ url: desk.url });
    await api.enter(other);
    await other.goto("/app/view/all");
    await other.getByRole("link", { name: /Third matter/ }).waitFor();
    await page.goto("/app/view/all");
    await page.getByRole("link", { name: /Third matter/ }).waitFor();
    await page.getByRole("link", { name: /First matter/ }).focus();
    await page.keyboard.press("x");
    const bar = page.getByRole("toolbar", { name: "Chosen conversations" });
    await bar.getByText("1 chosen").waitFor();
    await bar.getByRole("button", { name: "All 3 shown" }).click();
    await bar.getByText("3 chosen").waitFor();
    await bar.getByRole("button", { name: /Do something/ }).click();
    const sheet = page.getByRole("dialog", { name: "Work on many conversations" });
    await sheet.getByLabel("Add an action").selectOption("set_status");
    await sheet.getByText("3 conversations will be changed").waitFor();
    await sheet.locator("button:enabled", { hasText: "Begin" }).waitFor();
    await page.mouse.move(0, 0);
    assert.deepEqual(await page.findings("bulk"), []);
    await page.picture("bulk");
    await sheet.getByRole("button", { name: "Begin" }).click();
    await sheet.getByText("Done", { exact: true }).waitFor();
    await other.getByRole("link", { name: /matter/ }).first().waitFor({ state: "detached" });
    const finished = await api.get("/conversations?view=finished");
    assert.equal(finished.items.length, 3);
    await api.patch(`/conversations/${finished.items[0].id}`, { version: finished.items[0].version, priority: 3 });
    await sheet.getByRole("button", { name: "Undo" }).click();
    await sheet.getByText("Undone", { exact: true }).waitFor();
    await sheet.getByText("Changed since, so kept: 1").waitFor();
    assert.equal((await api.get("/conversations?view=all")).items.length, 2);
  }));
