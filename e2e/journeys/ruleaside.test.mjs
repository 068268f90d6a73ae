// Rules that merge, ask and begin a checklist, from nothing: a customer who writes twice is answered once, a colleague finds the question, and the checklist is there.
import assert from "node:assert/strict";
import { it } from "node:test";
import { compose } from "../house/mail.mjs";
import { eventually } from "../house/process.mjs";
import { sendMail } from "../house/smtp.mjs";
import { start } from "../house/start.mjs";

let desk;
let browser;
let api;
start({ box: { acknowledge: false } }, (house) => {
  ({ desk, browser, api } = house);
});

const arrive = (who, subject, text) => {
  const mail = compose({ from: `${who} <${who}@home.test>`, to: "help@desk.test", subject, text });
  return sendMail({ port: desk.smtpPort, from: `${who}@home.test`, to: "help@desk.test", raw: mail.raw });
};
const found = (subject) =>
  eventually("the mail is a conversation", async () => (await api.get("/conversations?view=all")).items.find((c) => c.subject === subject));

it("merges into what is open, asks a colleague and begins a checklist", () =>
  browser.journey(async (time) => {
    const page = await browser.person({ url: desk.url });
    await api.enter(page);
    const rule = `Second mail ${time}`;
    const list = `Return ${time}`;
    const who = `mara${time}`;
    const me = await api.get("/session");
    const boots = `Boots ${time}`;
    await arrive(who, boots, "My boots are too small.");
    const first = await found(boots);

    // A checklist has to be there before a rule can begin it.
    await page.goto("/app/settings/rules/new");
    await page.getByLabel("Name", { exact: true }).fill(rule);
    await page.getByLabel("a conversation begins").check();
    await page.getByLabel("a message comes in").uncheck();
    const add = (what) => page.getByLabel("Add an action").selectOption(what);
    const part = (what) => page.getByRole("group", { name: what, exact: true }).first();
    await add("Begin a checklist");
    if (time === 1) await part("Begin a checklist").getByText("Make a checklist first, in the settings.").waitFor();
    await api.post("/checklist-templates", { name: list, items: [{ words: "Label sent", required: true }, { words: "Money back" }] });
    await page.reload();
    await page.getByLabel("Name", { exact: true }).fill(rule);
    await page.getByLabel("a conversation begins").check();
    await page.getByLabel("a message comes in").uncheck();
    await add("Merge into what is open");
    await part("Merge into what is open").getByRole("textbox").fill("3");
    await add("Begin a checklist");
    await add("Ask a colleague");
    await page.getByRole("button", { name: "Create rule" }).click();
    await part("Begin a checklist").getByText("Please fill this in.").waitFor();
    await part("Begin a checklist").getByRole("combobox").selectOption(list);
    await part("Ask a colleague").getByLabel("Question").fill("Who looks after {{customer.name}}?");
    await part("Ask a colleague").getByLabel(me.name).check();
    assert.deepEqual(await page.findings("a rule that merges, asks and begins"), []);
    await page.picture("rule-aside");
    await page.getByRole("button", { name: "Create rule" }).click();
    await page.getByRole("link", { name: rule, exact: true }).waitFor();

    const parcel = `Parcel ${time}`;
    await arrive(who, parcel, "And where is my parcel?");
    const merged = await eventually("it was merged", async () => {
      const c = await api.get(`/conversations/${first.id}`);
      return c.conversation.messages >= 2 && c.conversation.checksOwed ? c.conversation : null;
    });
    assert.ok(!(await api.get("/conversations?view=all")).items.some((c) => c.subject === parcel), "the second mail is still by itself");

    // The conversation shows both mails, the question, the checklist, and which rule it was.
    await page.goto(`/app/view/all/${merged.number}`);
    await page.getByText("And where is my parcel?").first().waitFor();
    await page.getByText(`Who looks after ${who}?`).first().waitFor();
    await page.getByText(`@${me.name}`, { exact: true }).waitFor();
    await page.getByText("Label sent").first().waitFor();
    await page.getByText(`Rule “${rule}” – merged #`).first().waitFor();
    await page.picture("rule-merged");

    // The log of the rule says what it did, and a trial where the next one would go.
    await page.goto("/app/settings/rules");
    await page.getByRole("link", { name: rule, exact: true }).click();
    await page.getByText(/Merge into what is open, Begin a checklist,? and Ask a colleague/).first().waitFor();
    assert.deepEqual(await page.findings("what the rule did"), []);

    // It is undone like any other, and stays undone.
    await page.goto(`/app/view/all/${merged.number}`);
    await page.getByText("And where is my parcel?").first().waitFor();
    const merges = (await api.get(`/conversations/${first.id}`)).merges;
    assert.equal(merges.length, 1);
    await api.post(`/merges/${merges[0].id}/undo`, {});
    await found(parcel);
    const rules = await api.get("/rules");
    const made = rules.items.find((r) => r.name === rule);
    await api.delete(`/rules/${made.id}`);
  }));
