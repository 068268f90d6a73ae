// Two conversations become one before two people, and two again; a supplier is asked beside one, and his answer comes there live.
import assert from "node:assert/strict";
import { it } from "node:test";
import { compose } from "../house/mail.mjs";
import { sendMail } from "../house/smtp.mjs";
import { start, undoSeconds } from "../house/start.mjs";

let desk;
let sink;
let browser;
let api;
start({}, (house) => {
  ({ desk, sink, browser, api } = house);
});

const said = (page, words) => page.locator("section[data-reading]").getByText(words);

const write = (from, subject, text, more = {}) => {
  const mail = compose({ from, to: "help@desk.test", subject, text, ...more });
  return sendMail({ port: desk.smtpPort, from, to: "help@desk.test", raw: mail.raw });
};

it("merges before two people, undoes it, and asks beside it", () =>
  browser.journey(async () => {
    await write("janis@home.test", "Broken lamp", "It does not light.");
    await write("liga@home.test", "The lamp of Janis", "I am his wife. It is the lamp in the hall.");
    const page = await browser.person({ url: desk.url });
    await api.enter(page);
    const other = await browser.person({ url: desk.url });
    await api.enter(other);
    await page.goto("/app/view/all");
    await page.getByRole("link", { name: /Broken lamp/ }).click();
    await page.getByRole("heading", { name: "Broken lamp" }).waitFor();
    const number = Number(new URL(page.url()).pathname.split("/").pop());
    await other.goto("/app/view/all");
    await other.getByRole("link", { name: /The lamp of Janis/ }).click();
    await other.getByRole("heading", { name: "The lamp of Janis" }).waitFor();
    const gone = Number(new URL(other.url()).pathname.split("/").pop());

    await page.keyboard.press("Shift+M");
    const sheet = page.getByRole("dialog", { name: `Merge with #${number}` });
    await sheet.getByLabel("Find by number, customer or words").fill(String(gone));
    await sheet.getByRole("checkbox", { name: /The lamp of Janis/ }).check();
    await sheet.getByText(`Mail and links to #${gone} lead to #${number}`).waitFor();
    assert.deepEqual(await page.findings("merge"), []);
    await page.picture("merge");
    await sheet.getByRole("button", { name: "Merge 2 into one" }).click();
    await said(page, "It is the lamp in the hall.").waitFor();
    await other.waitForURL(new RegExp(`/${number}$`)); // who had the other one open is led on, live
    await said(other, "It does not light.").waitFor();
    await page.picture("merged");
    await page.getByRole("button", { name: "Undo", exact: true }).click();
    await said(page, "It is the lamp in the hall.").waitFor({ state: "detached" });
    await said(other, "It is the lamp in the hall.").waitFor({ state: "detached" });

    // A second matter is chosen in the timeline by keyboard, and leaves.
    await write("janis@home.test", `Re: Broken lamp [#${number}]`, "And where is my invoice?");
    await said(page, "And where is my invoice?").waitFor();
    await page.getByRole("button", { name: "More" }).first().click();
    await page.getByRole("menuitem", { name: "Split off messages…" }).click();
    await page.getByRole("checkbox", { name: /where is my invoice/ }).waitFor();
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Space");
    assert.deepEqual(await page.findings("split"), []);
    await page.picture("split");
    await page.getByRole("button", { name: "Split off 1 message" }).click();
    await page.waitForURL((url) => !url.pathname.endsWith(`/${number}`));
    await said(page, "And where is my invoice?").waitFor();
    await said(page, "It does not light.").waitFor({ state: "detached" });
    await page.goto(`/app/view/all/${number}`);
    await said(page, "It does not light.").waitFor();

    await page.keyboard.press("Shift+A");
    const ask = page.getByRole("dialog", { name: "Ask somebody else" });
    await ask.getByRole("combobox", { name: "To: add an address" }).fill("parts@supplier.test");
    await page.keyboard.press("Enter");
    const words = ask.getByRole("textbox", { name: "Text", exact: true });
    await words.click();
    await words.pressSequentially("Have you got ");
    await page.keyboard.press("Control+b");
    await words.pressSequentially("this");
    await page.keyboard.press("Control+b");
    await words.pressSequentially(" lamp?");
    // What was begun is there again, and in another browser.
    await ask.getByText("Draft saved").waitFor();
    await ask.getByRole("button", { name: "Cancel" }).click();
    const there = await browser.person({ url: desk.url });
    await api.enter(there);
    await there.goto("/app/drafts");
    await there.getByRole("link", { name: new RegExp(`beside #${number}`) }).click();
    await there.getByRole("dialog", { name: "Ask somebody else" }).getByText("Have you got this lamp?").waitFor();
    await there.leave();
    await page.keyboard.press("Shift+A");
    await words.getByText("Have you got this lamp?").waitFor();
    await ask.getByText("parts@supplier.test").waitFor();
    await ask.getByLabel(`Snooze #${number} until the answer comes`).check();
    assert.deepEqual(await page.findings("aside"), []);
    await ask.getByLabel("Goes along").selectOption("the last message");
    await ask.getByText("Look at 1 message that goes along").click();
    await page.picture("aside");
    const dropped = page.waitForResponse((r) => r.request().method() === "DELETE" && /\/drafts\//.test(r.url()));
    await ask.getByRole("button", { name: "Send" }).click();
    await dropped;
    assert.deepEqual((await api.get("/drafts")).items, []);
    const question = await sink.take("the question", (m) => m.to.includes("parts@supplier.test"));
    assert.ok(!question.to.includes("janis@home.test"));
    const raw = String(question.raw ?? question.data ?? "");
    assert.match(raw, /<(strong|b)>this<\/(strong|b)>/);
    await page.getByText(/^Until an answer comes in #\d+$/).first().waitFor();
    const id = /message-id:\s*(<[^>]+>)/i.exec(raw)?.[1];
    assert.ok(id, "the question has no Message-ID");
    await write("parts@supplier.test", "Re: Broken lamp", "Two are in stock.", { extra: { "In-Reply-To": id, References: id } });
    await page.getByText(/back: an answer came in #\d+/).waitFor();
    await page.getByRole("button", { name: "Show what was said" }).click();
    await page.locator("aside").getByText("Two are in stock.").waitFor();
    assert.deepEqual(await page.findings("beside"), []);
    await page.picture("beside");
    assert.deepEqual(page.trouble, []);
    assert.deepEqual(other.trouble, []);
  }));

it("answers the incidents of a problem, each for itself", () =>
  browser.journey(async () => {
    await write("ops@home.test", "The line is down", "Nothing works.");
    const incidents = [];
    for (const [from, subject] of [["anna@home.test", "No connection"], ["piotr@home.test", "Is it me?"]]) {
      await write(from, subject, "I cannot work.");
      incidents.push(subject);
    }
    const page = await browser.person({ url: desk.url });
    await api.enter(page);
    await page.goto("/app/view/all");
    for (const subject of [...incidents, "The line is down"]) await page.getByRole("link", { name: new RegExp(subject.replace("?", "\\?")) }).waitFor();
    const all = (await api.get("/conversations?view=all")).items;
    const problem = all.find((c) => c.subject === "The line is down");
    for (const c of all.filter((c) => incidents.includes(c.subject)))
      await api.post(`/conversations/${problem.id}/links`, { conversation: c.id, kind: "incident" });
    await page.goto(`/app/view/all/${problem.number}`);
    await page.getByRole("button", { name: "Answer all incidents…" }).click();
    const sheet = page.getByRole("dialog", { name: `Answer the incidents of #${problem.number}` });
    const words = sheet.getByRole("textbox", { name: "Text", exact: true });
    await words.click();
    await words.pressSequentially("It ");
    await words.pressSequentially("works again, {{customer.firstName}}.");
    await sheet.getByText(/No value here for/).first().waitFor();
    assert.deepEqual(await page.findings("incidents-missing"), []);
    await page.picture("incidents-missing");
    await words.click();
    await page.keyboard.press("Control+a");
    await words.pressSequentially("It works again.");
    await sheet.getByRole("button", { name: "Answer 2 incidents" }).waitFor();
    await sheet.locator('input[type="file"]').setInputFiles({ name: "why.txt", mimeType: "text/plain", buffer: Buffer.from("A digger.") });
    await sheet.getByText("why.txt").waitFor();
    await page.picture("incidents");
    await sheet.getByRole("button", { name: "Answer 2 incidents" }).click();
    await sheet.getByText("Answered: 2").waitFor();
    assert.deepEqual(await page.findings("incidents-done"), []);
    await page.picture("incidents-done");
    for (const to of ["anna@home.test", "piotr@home.test"]) {
      const mail = await sink.take(`the answer to ${to}`, (m) => m.to.includes(to) && /again/.test(String(m.raw ?? m.data)));
      assert.match(String(mail.raw ?? mail.data), /why\.txt/);
    }
    await sheet.getByRole("button", { name: "Close" }).click();

    // What has not left is taken back, and nobody gets it.
    await undoSeconds(api, 60);
    await page.getByRole("button", { name: "Answer all incidents…" }).click();
    await words.click();
    await page.keyboard.press("Control+a");
    await words.pressSequentially("Forget the digger.");
    await sheet.getByRole("button", { name: "Answer 2 incidents" }).click();
    await sheet.getByText("Answered: 2").waitFor();
    await sheet.getByRole("button", { name: "Take back" }).click();
    await sheet.getByText("Taken back: 2").waitFor();
    await sheet.getByRole("button", { name: "Take back" }).waitFor({ state: "detached" });
    await page.picture("incidents-back");
    await sheet.getByRole("button", { name: "Close" }).click();
    assert.equal(sink.mails.some((m) => /Forget the digger/.test(String(m.raw))), false);
    assert.deepEqual(page.trouble, []);
  }));
