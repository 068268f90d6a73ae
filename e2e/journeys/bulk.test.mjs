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
    await sheet.getByRole("button", { name: "Close" }).click();

    // What was done is listed with who did it, and why some were left out.
    await page.getByRole("button", { name: "This view" }).click();
    await page.getByRole("menuitem", { name: "Past work on many conversations" }).click();
    const past = page.getByRole("dialog", { name: "Past work on many conversations" });
    await past.getByText("Put back: 2").waitFor();
    await past.getByRole("button", { name: "Which ones" }).click();
    await past.getByText(/: Changed since$/).waitFor();
    await page.mouse.move(0, 0);
    assert.deepEqual(await page.findings("bulk-past"), []);
    await page.picture("bulk-past");
    await past.getByRole("button", { name: "Close" }).click();

    // Two of the list become one, and two again by one undo.
    await page.getByRole("link", { name: /matter/ }).first().focus();
    await page.keyboard.press("x");
    await bar.getByRole("button", { name: "All 2 shown" }).click();
    await bar.getByRole("button", { name: "Merge these 2…" }).click();
    const merge = page.getByRole("dialog", { name: /^Merge with #/ });
    await merge.getByLabel("All of it stays in").waitFor();
    await page.picture("bulk-merge");
    await merge.getByRole("button", { name: "Merge 2 into one" }).click();
    await bar.waitFor({ state: "detached" });
    await page.getByRole("heading", { name: /matter/ }).first().waitFor();
    assert.equal((await api.get("/conversations?view=all")).items.length, 1);
    await page.getByRole("button", { name: "Undo", exact: true }).click();
    await other.getByRole("link", { name: /matter/ }).nth(1).waitFor();
    assert.equal((await api.get("/conversations?view=all")).items.length, 2);
  }));
