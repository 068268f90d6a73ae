// A macro from its making to the mail that it helped to write: the missing value, the actions that go along, and the one that only acts.
import assert from "node:assert/strict";
import { it } from "node:test";
import { compose, text } from "../house/mail.mjs";
import { eventually } from "../house/process.mjs";
import { sendMail } from "../house/smtp.mjs";
import { start } from "../house/start.mjs";

let desk;
let sink;
let browser;
let api;
start({}, async (house) => {
  ({ desk, sink, browser, api } = house);
  await api.post("/tags", { name: "damaged", colour: "red" });
});

it("makes a macro, fills what is missing, sends, and does what it showed", () =>
  browser.journey(async () => {
    const page = await browser.person({ url: desk.url });
    await api.enter(page);
    await page.goto("/app/settings/macros/new");
    await page.getByLabel("Name", { exact: true }).fill("Damaged goods");
    await page.getByLabel("Folder").fill("Delivery / Damage");
    await page.getByRole("radio", { name: "Everyone" }).check();
    const words = page.getByRole("textbox", { name: "Text: English" });
    await words.click();
    await words.pressSequentially("Dear {{customer.firstName|customer}}, we call you at {{customer.phone}} about #{{conversation.number}}. ");
    await page.getByLabel("Add an action").selectOption("add_tags");
    await page.getByRole("checkbox", { name: "damaged" }).check();
    await page.getByLabel("Add an action").selectOption("set_priority");
    await page.getByLabel("Set the priority", { exact: true }).and(page.locator("select")).selectOption("3");
    await page.picture("macro-edit");
    assert.deepEqual(await page.findings("macro-edit"), []);
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Delivery › Damage").waitFor();
    assert.deepEqual(await page.findings("macros"), []);
    await page.picture("macros");

    const mail = compose({ from: "Janis Ozols <janis@home.test>", to: "help@desk.test", subject: "Broken shoes", text: "They are torn." });
    await sendMail({ port: desk.smtpPort, from: "janis@home.test", to: "help@desk.test", raw: mail.raw });
    await page.goto("/app/view/all");
    await page.getByRole("link", { name: /Janis Ozols/ }).click();
    await page.getByRole("heading", { name: "Broken shoes" }).waitFor();
    await page.keyboard.press("r");
    const editor = page.getByRole("textbox", { name: "Reply" });
    await editor.click();
    await editor.pressSequentially("/dama");
    const list = page.getByRole("listbox", { name: "Macros" });
    await list.getByRole("option", { name: /Damaged goods/ }).waitFor();
    const preview = page.getByRole("region", { name: "What it says here" });
    await preview.getByText("Dear Janis").waitFor();
    await preview.getByText("No value here for: Customer: phone").waitFor();
    await preview.getByText(/Will also: .*add tags: damaged/).waitFor();
    assert.deepEqual(await page.findings("macro-list"), []);
    await page.picture("macro-list");
    await page.keyboard.press("Enter");
    await editor.getByText(/Dear Janis, we call you at/).waitFor();

    const send = page.getByRole("button", { name: "Send", exact: true });
    assert.equal(await send.isDisabled(), true, "an answer with a missing value can be sent");
    await page.getByRole("button", { name: "Do not: priority: urgent" }).waitFor();
    assert.deepEqual(await page.findings("macro-armed"), []);
    await page.picture("macro-armed");
    await editor.locator("[data-placeholder]").click();
    await page.keyboard.type("+371 2000");
    await page.getByRole("button", { name: "Do not: priority: urgent" }).click();
    await send.click();
    const answer = await sink.take("the answer", (m) => m.to.includes("janis@home.test"));
    assert.match(text(answer.raw), /Dear Janis, we call you at \+371 2000 about #\d+\./);
    const { items } = await api.get("/conversations?view=all");
    const row = items.find((c) => c.subject === "Broken shoes");
    assert.equal(row.tags.length, 1, "the tag went along");
    assert.equal(row.priority, 1, "what was taken off was done");
    const [macro] = (await api.get("/macros")).items;
    assert.equal(macro.mine, 1);

    await api.post("/macros", { folder: "", name: "Hand over", audience: "personal", teams: [], texts: {}, active: true, version: 0,
      actions: [{ do: "set_priority", priority: 2 }] });
    await page.reload(); // macros are fetched with the page
    await page.getByRole("heading", { name: "Broken shoes" }).waitFor();
    await page.getByRole("tab", { name: "Note" }).waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("m");
    await page.getByRole("option", { name: /Hand over/ }).click();
    await page.getByText("Done: Hand over").waitFor();
    assert.equal((await api.get("/conversations?view=all")).items.find((c) => c.subject === "Broken shoes").priority, 2);
    await page.getByRole("button", { name: "Undo" }).last().click();
    await eventually("what the macro did is taken back", async () => {
      const { items } = await api.get("/conversations?view=all");
      return items.find((c) => c.subject === "Broken shoes").priority === 1;
    });
    const sent = api.post(`/conversations/${row.id}/replies`, {
      html: "<p>{{customer.phone}}</p>", to: [{ address: "janis@home.test" }], cc: [], bcc: [], attachments: [], seen: 0, anyway: true, then: "keep",
    });
    await assert.rejects(sent, (err) => err.problem.reason === "placeholder_unfilled");
    assert.deepEqual(page.trouble, []);
  }));
