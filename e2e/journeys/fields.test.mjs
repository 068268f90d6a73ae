// A complaint from its type to its end: the fields and the checklist that come with it, what is asked for before it is resolved, and the time it took. A second
// browser sees it happen.
import assert from "node:assert/strict";
import { it } from "node:test";
import { compose } from "../house/mail.mjs";
import { eventually } from "../house/process.mjs";
import { sendMail } from "../house/smtp.mjs";
import { start } from "../house/start.mjs";

let desk;
let browser;
let api;
let sink;
start({ undo: 20 }, (house) => {
  ({ desk, browser, api, sink } = house);
});

it("defines a field and a checklist, fills them in, and resolves what lacks nothing", () =>
  browser.journey(async () => {
    const page = await browser.person({ url: desk.url });
    await api.enter(page);
    await page.goto("/app/settings/types");
    await page.getByText("Complaint").first().waitFor(); // made at the first start
    assert.deepEqual(await page.findings("types"), []);

    await page.goto("/app/settings/fields");
    await page.getByRole("button", { name: "New field" }).first().click();
    const sheet = page.getByRole("dialog");
    await sheet.getByLabel("Name", { exact: true }).fill("Reason");
    await sheet.getByLabel("Holds").selectOption("choice");
    for (const [i, name] of ["Damaged", "Too late"].entries()) {
      await sheet.getByRole("button", { name: "Add an option" }).click();
      await sheet.getByLabel("Option", { exact: true }).nth(i).fill(name);
    }
    await sheet.getByRole("checkbox", { name: "Complaint" }).check();
    await sheet.getByRole("switch", { name: "Needed before it is resolved" }).check();
    await page.picture("field-edit");
    assert.deepEqual(await page.findings("field-edit"), []);
    await sheet.getByRole("button", { name: "Create" }).click();
    await page.getByText("Choice · reason").waitFor();

    await page.goto("/app/settings/checklists");
    await page.getByRole("button", { name: "New checklist" }).first().click();
    await sheet.getByLabel("Name", { exact: true }).fill("Complaint, step by step");
    await sheet.getByLabel("Item", { exact: true }).fill("Call the customer");
    await sheet.getByLabel("needed before it is resolved").check();
    await sheet.getByRole("checkbox", { name: "Complaint", exact: true }).check();
    await sheet.getByRole("button", { name: "Create" }).click();
    await page.getByText("Call the customer", { exact: false }).waitFor();

    const mail = compose({
      from: "Janis Ozols <janis@home.test>",
      to: "help@desk.test",
      subject: "Broken shoes",
      text: "They are torn.",
    });
    await sendMail({ port: desk.smtpPort, from: "janis@home.test", to: "help@desk.test", raw: mail.raw });
    await page.goto("/app/view/all");
    await page.getByRole("link", { name: /Janis Ozols/ }).click();
    await page.getByRole("heading", { name: "Broken shoes" }).waitFor();
    const other = await browser.person({ url: desk.url });
    await api.enter(other);
    await other.goto("/app/view/all");
    await other.getByRole("link", { name: /Janis Ozols/ }).waitFor();

    // The type brings its field and its checklist, here and in the other's list.
    await page.getByLabel("Type", { exact: true }).selectOption({ label: "Complaint" });
    await page.getByLabel("Reason").waitFor();
    await page.getByRole("checkbox", { name: /Call the customer/ }).waitFor();
    await other
      .getByRole("link", { name: /Janis Ozols/ })
      .getByText("✓ 0/1")
      .waitFor();

    // An answer that resolves asks for what is missing before anything is sent.
    // Words of his that are marked are quoted.
    await page.locator("article[data-message]").getByText("They are torn.").click({ clickCount: 3 });
    await page.getByRole("button", { name: "Quote what is marked" }).waitFor();
    await page.keyboard.press("q");
    await page
      .getByRole("textbox", { name: "Note" })
      .or(page.getByRole("textbox", { name: "Reply" }))
      .locator("blockquote")
      .waitFor();
    await page.picture("quoted");
    await page.getByRole("textbox", { name: "Reply" }).fill("We send you new ones.");
    await page.getByRole("button", { name: "Send and resolve" }).click();
    const needs = page.getByRole("dialog", { name: "Before it is resolved" });
    await needs.waitFor();
    assert.equal(
      sink.mails.filter((m) => m.raw.includes("We send you new ones.")).length,
      0,
      "it was sent although something is missing",
    );
    await page.picture("send-missing");
    await needs.getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("textbox", { name: "Reply" }).getByText("We send you new ones.").waitFor();
    await page.getByRole("button", { name: "Send and resolve" }).click();
    await needs.getByLabel("Reason").selectOption({ label: "Too late" });
    await needs.getByRole("checkbox", { name: /Call the customer/ }).check();
    await needs.getByRole("button", { name: "Send and resolve" }).click();
    await needs.waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByRole("textbox", { name: "Reply" }).getByText("We send you new ones.").waitFor();
    // With the mail the value that went with it is taken back.
    await page.getByLabel("Reason").and(page.locator("select")).first().waitFor();
    await page.waitForFunction(() =>
      [...document.querySelectorAll("select")].every((s) => s.selectedOptions[0]?.text !== "Too late"),
    );
    await page
      .getByRole("checkbox", { name: /Call the customer/ })
      .first()
      .uncheck();

    // What is missing is asked for, filled in there, and the conversation is resolved.
    await page.getByRole("button", { name: "Resolve", exact: true }).first().click();
    const asks = page.getByRole("dialog", { name: "Before it is resolved" });
    await asks.waitFor();
    const resolve = asks.getByRole("button", { name: "Resolve", exact: true });
    assert.ok(await resolve.isDisabled(), "it resolves although something is missing");
    await page.picture("resolve-missing");
    assert.deepEqual(await page.findings("resolve-missing"), []);
    await asks.getByLabel("Reason").selectOption({ label: "Damaged" });
    await asks.getByRole("checkbox", { name: /Call the customer/ }).check();
    await resolve.click();
    await asks.waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Reopen" }).first().waitFor();

    // Time is typed and timed; a running timer survives a reload.
    const time = page.getByRole("region", { name: "Time spent" });
    await time.getByRole("button", { name: "Add" }).click();
    await time.getByLabel("Time, such as").fill("1h 15m");
    await time.getByRole("button", { name: "Save" }).click();
    await time.getByText("· 1h 15m").waitFor();
    await time.getByRole("button", { name: "Start the timer" }).click();
    await time.getByRole("timer").waitFor();
    await page.reload();
    await time.getByRole("timer").waitFor();
    // It is in sight wherever the agent is, and one press stops it.
    await page.goto("/app/settings/types");
    const chip = page.getByRole("group", { name: "Your timer" });
    await chip.getByRole("timer").waitFor();
    await page.picture("timer-chip");
    assert.deepEqual(await page.findings("timer-chip"), []);
    // Types are put in an order by the keyboard.
    await page.getByRole("button", { name: "Edit: Complaint" }).focus();
    await page.keyboard.press("Alt+ArrowUp");
    await page.waitForFunction(() =>
      document.querySelectorAll("[draggable=true]")[1]?.textContent?.includes("Complaint"),
    );
    await page.goto("/app/view/all");
    await chip.getByRole("button", { name: "Stop the timer" }).click();
    await chip.waitFor({ state: "detached" });
    await page.picture("fields");
    assert.deepEqual(await page.findings("fields"), []);
  }));

it("keeps a field of an organisation, and shows what a colleague wrote into it meanwhile", () =>
  browser.journey(async () => {
    const page = await browser.person({ url: desk.url });
    await api.enter(page);
    await page.goto("/app/settings/fields");
    await page.getByRole("button", { name: "New field" }).first().click();
    const sheet = page.getByRole("dialog");
    await sheet.getByLabel("Name", { exact: true }).fill("Contract number");
    await sheet.getByLabel("Belongs to").selectOption({ label: "Organisations" });
    await sheet.getByRole("button", { name: "Create" }).click();
    await page.getByText("Text · contract_number").waitFor();

    await page.goto("/app/organisations");
    await page.getByRole("button", { name: "New organisation" }).click();
    await page.getByLabel("Name", { exact: true }).fill("Ozols Mill");
    await page.getByRole("button", { name: "Create" }).click();
    await page.getByRole("heading", { name: "Ozols Mill" }).waitFor();
    const own = `/organisations/${page.url().split("/").at(-1)}`;
    const field = page.getByLabel("Contract number");
    await field.fill("C-17");
    await field.press("Enter");
    await eventually("the value is kept", async () => Object.values((await api.get(own)).fields).includes("C-17"));
    await page.reload();
    await page.waitForFunction(() => [...document.querySelectorAll("input")].some((i) => i.value === "C-17"));

    // A colleague writes into it before the word of it can have come here.
    const { name, domains, shared, version, fields, note = "" } = await api.get(own);
    const [id] = Object.keys(fields);
    let meanwhile; // what a colleague saves just before the page's next PUT arrives
    await page.route("**/api/v1/organisations/*", async (route) => {
      const change = route.request().method() === "PUT" && meanwhile;
      if (change) {
        meanwhile = undefined;
        await change();
      }
      await route.continue();
    });
    meanwhile = () => api.put(own, { name, domains, shared, note, version, fields: { [id]: "C-18" } });
    await field.fill("C-19");
    await field.press("Enter");
    const clash = page
      .getByRole("alert")
      .filter({ hasText: "Contract number was changed meanwhile: it says “C-18”, you wrote “C-19”." });
    await clash.waitFor();
    await page.picture("organisation-field");
    assert.deepEqual(await page.findings("organisation-field"), []);
    await clash.getByRole("button", { name: "Put mine in" }).click();
    await clash.waitFor({ state: "detached" });
    await eventually("mine is kept", async () => (await api.get(own)).fields[id] === "C-19");

    // The same with what the form holds: both sides are shown, and either may be taken.
    const called = page.getByLabel("Name", { exact: true });
    const { version: then } = await api.get(own);
    meanwhile = () => api.put(own, { name: "Ozols and Daughters", domains, shared, note, version: then });
    await called.fill("Ozols and Sons");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    const both = page.getByRole("alert").filter({ hasText: "now “Ozols and Daughters”, yours “Ozols and Sons”" });
    await both.getByText("Ann Liepa did").waitFor();
    await page.picture("organisation-clash");
    assert.deepEqual(await page.findings("organisation-clash"), []);
    await both.getByRole("button", { name: "Take theirs" }).click();
    await both.waitFor({ state: "detached" });
    assert.equal(await called.inputValue(), "Ozols and Daughters");
    assert.deepEqual(page.trouble, []);
  }));
