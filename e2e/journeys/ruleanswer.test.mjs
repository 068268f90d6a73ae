// A rule that answers by itself, from nothing: a macro in two languages, a rule that answers with it, a customer who is answered in her own language, and a machine that is not.
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
start({ box: { acknowledge: false } }, (house) => {
  ({ desk, browser, api, sink } = house);
});

const arrive = (who, subject, text, extra = {}) => {
  const mail = compose({ from: `${who} <${who}@home.test>`, to: "help@desk.test", subject, text, extra });
  return sendMail({ port: desk.smtpPort, from: `${who}@home.test`, to: "help@desk.test", raw: mail.raw });
};
const found = (subject) =>
  eventually("the mail is a conversation", async () => (await api.get("/conversations?view=all")).items.find((c) => c.subject === subject));

it("answers in the customer's language, and never a machine", () =>
  browser.journey(async (time) => {
    const page = await browser.person({ url: desk.url });
    await api.enter(page);
    const name = `Closed ${time}`;
    const rule = `At night ${time}`;

    // Where there is nothing to answer with, that is said.
    await page.goto("/app/settings/rules/new");
    await page.getByLabel("Add an action").selectOption("Answer by itself");
    if (time === 1) await page.getByText(/^Make a macro first/).waitFor();
    await api.post("/macros", {
      folder: "",
      name,
      audience: "everyone",
      teams: [],
      texts: { en: "<p>We are closed until Monday.</p>", lv: "<p>Mēs atvērsim pirmdien.</p>" },
      actions: [],
      active: true,
      version: 0,
    });
    await page.reload();
    await page.getByLabel("Name", { exact: true }).fill(rule);
    await page.getByLabel("a conversation begins").check();
    await page.getByLabel("a message comes in").uncheck();
    await page.getByLabel("Add an action").selectOption("Answer by itself");
    await page.getByRole("button", { name: "Create rule" }).click();
    await page.getByRole("group", { name: "Answer by itself" }).getByText("Please fill this in.").waitFor();
    await page.getByRole("group", { name: "Answer by itself" }).getByRole("combobox").selectOption(`${name} (en, lv)`);
    assert.deepEqual(await page.findings("a rule that answers"), []);
    await page.picture("rule-answer");
    await page.getByRole("button", { name: "Create rule" }).click();
    await page.getByRole("link", { name: rule, exact: true }).waitFor();

    const asked = `Zābaki ${time}`;
    await arrive(`zane${time}`, asked, "Labdien! Vakar nopirku pie jums zābakus, bet tie man ir par mazu. Vai es varu tos apmainīt pret lielākiem? Paldies!");
    const mail = await sink.take("the answer", (m) => m.to.includes(`zane${time}@home.test`));
    assert.match(mail.raw, /^Auto-Submitted: auto-replied\r?$/m);
    assert.match(mail.raw, /pirmdien/);
    await arrive(`robot${time}`, `I am away ${time}`, "I am out of the office.", { "Auto-Submitted": "auto-replied" });
    const away = await found(`I am away ${time}`);

    // The conversation shows it, the rule says what it did and what it did not, and why.
    const c = await found(asked);
    await page.goto(`/app/view/all/${c.number}`);
    await page.getByText("Mēs atvērsim pirmdien.").first().waitFor();
    await page.getByText(`Rule “${rule}” – answered by itself`).first().waitFor();
    await page.picture("rule-answered");
    await page.goto(`/app/view/all/${away.number}`);
    await page.getByText(`Rule “${rule}” – did not answer: a machine wrote`).first().waitFor();
    await page.goto("/app/settings/rules");
    await page.getByRole("link", { name: rule, exact: true }).click();
    const line = (subject) => page.getByRole("listitem").filter({ has: page.getByRole("link", { name: new RegExp(subject) }) });
    await eventually("the rule was asked about both", async () => {
      await page.reload();
      await page.getByLabel("Name", { exact: true }).waitFor();
      return (await line(away.subject).count()) > 0;
    });
    await line(asked).getByText(/Answer by itself/).waitFor();
    await line(away.subject).getByText("a machine wrote, or who wants no answer").waitFor();
    await page.getByRole("button", { name: "Try on the last 200" }).click();
    await page.getByText(/it would have acted on/).waitFor();
    await line(away.subject).getByText(/→ not answered: a machine wrote, or who wants no answer/).first().waitFor();
    await page.getByText(/it would have acted on/).scrollIntoViewIfNeeded();
    await page.picture("rule-answer-tried");
    assert.deepEqual(await page.findings("what the rule did"), []);
    assert.ok(!sink.mails.some((m) => m.to.includes(`robot${time}@home.test`)), "a machine was answered");

    // Switched off, so that the next run of this journey is answered once.
    await page.getByRole("switch", { name: "In use" }).uncheck();
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved", { exact: true }).waitFor();
    assert.deepEqual(page.trouble, []);
  }));
