// Rules in a file: exported, deleted, imported again; a name that is not known here waits until something stands for it.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { it } from "node:test";
import { start } from "../house/start.mjs";

let desk;
let browser;
let api;
start({}, (house) => {
  ({ desk, browser, api } = house);
});

it("carries rules in a file", () =>
  browser.journey(async (time) => {
    const name = `Late ones ${time}`;
    const tag = await api.post("/tags", { name: `late${time}`, colour: "red" });
    const made = await api.post("/rules", {
      name,
      active: true,
      events: ["message.received"],
      condition: { attr: "message.text", op: "contains", values: ["late"] },
      zone: "Europe/Riga",
      actions: [{ do: "add_tags", tags: [tag.id] }],
      stop: false,
      version: 0,
    });
    const page = await browser.person({ url: desk.url });
    await api.enter(page);
    await page.goto("/app/settings/rules");
    await page.getByRole("button", { name: "Export", exact: true }).click();
    await page.getByRole("checkbox", { name }).waitFor();
    assert.deepEqual(await page.findings("export of rules"), []);
    await page.picture("rule-export");
    const coming = page.waitForEvent("download");
    await page.getByRole("button", { name: "Save the file" }).click();
    const text = await readFile(await (await coming).path(), "utf8");
    assert.match(text, new RegExp(`"late${time}"`));

    // Here it is the same; with a tag that nobody has it waits for a choice.
    const file = (body) =>
      page
        .locator('input[type="file"]')
        .setInputFiles({ name: "rules.json", mimeType: "application/json", buffer: Buffer.from(body) });
    await page.getByRole("button", { name: "Import", exact: true }).click();
    await file(text);
    const plan = page.getByRole("region", { name: "What would become of each" });
    await plan.getByText("there already").first().waitFor();
    await file(text.replace("{", "{,"));
    await page
      .getByRole("alert")
      .getByText(/^Line 1, character/)
      .waitFor();
    await file(text.replaceAll(`"late${time}"`, '"delayed"'));
    await plan.getByText("cannot: a name is not known").waitFor();
    assert.deepEqual(await page.findings("import of rules"), []);
    await page.picture("rule-import");
    await page.getByLabel("Tag “delayed”").selectOption(`late${time}`);
    await plan.getByText("there already").first().waitFor();

    await api.delete(`/rules/${made.id}`);
    await page.getByLabel("Tag “delayed”").selectOption("Leave the rules out");
    await plan.getByText("cannot: a name is not known").waitFor();
    await page.getByLabel("Tag “delayed”").selectOption(`late${time}`);
    await page.getByRole("checkbox", { name: `Import “${name}”` }).uncheck();
    await plan.getByText("left out").waitFor();
    await page.getByRole("checkbox", { name: `Import “${name}”` }).check();
    await page.getByRole("button", { name: "Import 1" }).click();
    const row = page.getByRole("listitem").filter({ hasText: name }).first();
    await row.getByText("Off").waitFor();
    const now = (await api.get("/rules")).items.find((r) => r.name === name);
    assert.deepEqual([now.active, now.actions[0].tags], [false, [tag.id]]);
  }));
