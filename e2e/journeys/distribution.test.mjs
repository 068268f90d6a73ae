// A team that gives out what comes to it: set up in the settings, a mail goes to who is there, the next to him when he has room, and the desk says why. Taking the next by one key.
import assert from "node:assert/strict";
import { it } from "node:test";
import { compose } from "../house/mail.mjs";
import { eventually } from "../house/process.mjs";
import { sendMail } from "../house/smtp.mjs";
import { join, start } from "../house/start.mjs";

let desk;
let browser;
let api;
let box;
start({}, (house) => {
  ({ desk, browser, api, box } = house);
});

const arrive = (who, subject) =>
  sendMail({
    port: desk.smtpPort,
    from: `${who}@home.test`,
    to: "help@desk.test",
    raw: compose({ from: `${who} <${who}@home.test>`, to: "help@desk.test", subject, text: `About: ${subject}` }).raw,
  });

const row = (page, words) => page.getByRole("link", { name: words });

it("gives what comes to who is there and has room, and says why", () =>
  browser.journey(async (time) => {
    const bo = await join(api, { name: `Bo Ozols ${time}`, email: `bo${time}@desk.test` });
    const eva = await join(api, { name: `Eva Kalna ${time}`, email: `eva${time}@desk.test` });
    const ids = await Promise.all([bo, eva].map(async (one) => (await one.get("/session")).id));
    const team = await api.post("/teams", { name: `Helpers ${time}`, members: ids });

    // Set up from the settings.
    const hers = await browser.person({ url: desk.url });
    await api.enter(hers);
    await hers.goto("/app/settings/teams");
    await hers.getByRole("button", { name: `Distribution: Helpers ${time}` }).click();
    const sheet = hers.getByRole("dialog", { name: /Distribution of Helpers/ });
    await sheet.getByRole("radio", { name: /In turn/ }).check();
    await sheet.getByLabel("At most for each").fill("1");
    assert.deepEqual(await hers.findings("distribution"), []);
    await hers.picture("distribution-settings");
    await sheet.getByRole("button", { name: "Save" }).click();
    await sheet.waitFor({ state: "detached" });
    assert.equal((await api.get(`/teams/${team.id}/distribution`)).capacity, 1);
    await api.patch(`/inboxes/${box.id}`, { ...(await api.get(`/inboxes/${box.id}`)), team: team.id });

    // Nobody is there: it waits.
    const [first, second, third] = [`A shoe ${time}`, `A lace ${time}`, `A sole ${time}`];
    await arrive("zane", first);
    const found = await eventually("the mail is a conversation", async () => (await api.get("/conversations?view=unassigned")).items.find((c) => c.subject === first));
    assert.ok(!found.assignee);

    // Somebody comes: it is his, before his eyes.
    const his = await browser.person({ url: desk.url });
    await bo.enter(his);
    await his.goto("/app/view/mine");
    await row(his, new RegExp(first)).click();
    await his.getByText("given to you by the distribution").waitFor();
    await his.getByRole("button", { name: "Why?" }).click();
    const why = his.getByRole("dialog", { name: /Why it was given to Bo/ });
    await why.getByText(`Bo Ozols ${time} was the only one who could take it.`).waitFor();
    await why.getByRole("row", { name: new RegExp(`Eva Kalna ${time}.*not taking work.*0 of 1`) }).waitFor();
    assert.deepEqual(await his.findings("why given"), []);
    await his.picture("distribution-why");
    await why.getByRole("button", { name: "Close" }).last().click();

    // He has as much as he may: the next waits, until he has finished the first.
    await arrive("ivo", second);
    await hers.goto("/app/view/unassigned");
    await row(hers, new RegExp(second)).waitFor();
    await his.keyboard.press("e");
    await row(his, new RegExp(second)).waitFor();
    await row(hers, new RegExp(second)).waitFor({ state: "detached" });

    // One key takes what nobody has.
    await arrive("uldis", third);
    await row(hers, new RegExp(third)).waitFor();
    await hers.keyboard.press("Shift+N");
    await hers.getByRole("heading", { name: third }).waitFor();
    await hers.getByText(/and taken$/).waitFor();
    await hers.keyboard.press("Escape");
    await hers.keyboard.press("Shift+N");
    await hers.getByText("Nothing waits for somebody").waitFor();
    assert.deepEqual([...hers.trouble, ...his.trouble], []);
  }));

it("lets nobody choose where work is taken by next only, and says so", () =>
  browser.journey(async (time) => {
    const nora = await join(api, { name: `Nora Liepa ${time}`, email: `nora${time}@desk.test` });
    const uga = await join(api, { name: `Uga Kalns ${time}`, email: `uga${time}@desk.test` });
    const members = await Promise.all([nora, uga].map(async (one) => (await one.get("/session")).id));
    const team = await api.post("/teams", { name: `Takers ${time}`, members });
    const hers = await browser.person({ url: desk.url });
    await api.enter(hers);
    await hers.goto("/app/settings/teams");
    await hers.getByRole("button", { name: `Distribution: Takers ${time}` }).click();
    const sheet = hers.getByRole("dialog", { name: /Distribution of Takers/ });
    await sheet.getByRole("radio", { name: /By weight/ }).check();
    await sheet.getByLabel(`Nora Liepa ${time}`).selectOption("0");
    await sheet.getByLabel("To be accepted within minutes").fill("5");
    await sheet.getByRole("switch", { name: "Taken by next only" }).check();
    assert.deepEqual(await hers.findings("distribution by weight"), []);
    await sheet.getByLabel(`Nora Liepa ${time}`).scrollIntoViewIfNeeded();
    await hers.picture("distribution-only-next");
    await sheet.getByRole("button", { name: "Save" }).click();
    await sheet.waitFor({ state: "detached" });
    const kept = await api.get(`/teams/${team.id}/distribution`);
    assert.ok(kept.onlyNext && kept.method === "weighted" && kept.acceptMinutes === 5 && kept.weights[0].weight === 0);
    await api.patch(`/inboxes/${box.id}`, { ...(await api.get(`/inboxes/${box.id}`)), team: team.id });

    const subject = `A buckle ${time}`;
    await arrive("inga", subject);
    const found = await eventually("the mail is a conversation", async () => (await api.get("/conversations?view=unassigned")).items.find((c) => c.subject === subject));
    const his = await browser.person({ url: desk.url });
    await nora.enter(his);
    await his.goto(`/app/view/unassigned/${found.number}`);
    await his.getByRole("heading", { name: subject }).waitFor();
    await his.keyboard.press("Shift+I");
    const menu = his.getByText("The work of this team is taken by next only: press Shift+N.");
    await menu.waitFor();
    assert.equal(await his.getByRole("button", { name: "Assign to me" }).count(), 0);
    assert.deepEqual(await his.findings("only next"), []);
    await his.picture("distribution-only-next-menu");
    await his.keyboard.press("Escape");
    await menu.waitFor({ state: "hidden" });
    await his.keyboard.press("r");
    await his.getByRole("textbox", { name: "Reply" }).pressSequentially("Hello");
    await his.getByRole("status").filter({ hasText: "taken by next only" }).waitFor();
    assert.ok(await his.getByRole("button", { name: "Send", exact: true }).isDisabled());
    await his.keyboard.press("Escape");
    assert.ok(!(await api.get("/conversations?view=unassigned")).items.find((c) => c.id === found.id).assignee);
    await his.keyboard.press("Shift+N");
    await his.getByText(/and taken$/).waitFor();
    assert.deepEqual([...hers.trouble, ...his.trouble], []);
  }));

it("gives a letter to who answers in its language, and says so", () =>
  browser.journey(async (time) => {
    const tom = await join(api, { name: `Tom Lake ${time}`, email: `tom${time}@desk.test` });
    const vita = await join(api, { name: `Vita Zariņa ${time}`, email: `vita${time}@desk.test` });
    const members = await Promise.all([tom, vita].map(async (one) => (await one.get("/session")).id));
    const team = await api.post("/teams", { name: `Tongues ${time}`, members });

    // He says himself in what he answers; of her the lead does, who is not at her desk.
    const toms = await browser.person({ url: desk.url });
    await tom.enter(toms);
    await toms.goto("/app/settings/profile");
    const spoken = toms.getByRole("group", { name: "Answers customers in" });
    await spoken.getByRole("checkbox", { name: "English" }).check();
    assert.deepEqual(await toms.findings("languages of answers"), []);
    await toms.picture("profile-answers");
    await toms.getByRole("button", { name: "Save" }).click();
    await eventually("it is saved", async () => (await tom.get("/profile")).answers.join() === "en");
    const hers = await browser.person({ url: desk.url });
    await api.enter(hers);
    await hers.goto("/app/settings/people");
    await hers.getByRole("button", { name: `Edit: Vita Zariņa ${time}` }).click();
    const person = hers.getByRole("dialog", { name: `Vita Zariņa ${time}` });
    await person.getByRole("checkbox", { name: "Latvian" }).check();
    await person.getByRole("checkbox", { name: "English" }).check();
    assert.deepEqual(await hers.findings("languages of a person"), []);
    await hers.picture("people-answers");
    await person.getByRole("button", { name: "Save" }).click();
    await person.waitFor({ state: "detached" });
    assert.equal((await vita.get("/profile")).answers.join(), "en,lv");
    await hers.goto("/app/settings/teams");
    await hers.getByRole("button", { name: `Distribution: Tongues ${time}` }).click();
    const sheet = hers.getByRole("dialog", { name: /Distribution of Tongues/ });
    await sheet.getByRole("radio", { name: /In turn/ }).check();
    await sheet.getByRole("radio", { name: /Required/ }).check();
    assert.equal(await sheet.getByLabel("Waived after minutes of waiting").inputValue(), "30");
    assert.deepEqual(await hers.findings("distribution by language"), []);
    await sheet.getByLabel("Waived after minutes of waiting").scrollIntoViewIfNeeded();
    await hers.picture("distribution-language");
    await sheet.getByRole("button", { name: "Save" }).click();
    await sheet.waitFor({ state: "detached" });
    const kept = await api.get(`/teams/${team.id}/distribution`);
    assert.ok(kept.speak === "required" && kept.waiveMinutes === 30);
    await api.patch(`/inboxes/${box.id}`, { ...(await api.get(`/inboxes/${box.id}`)), team: team.id });

    // Who answers in English alone is there: the letter in Latvian waits, what comes behind it is his.
    const write = (who, subject, text) =>
      sendMail({
        port: desk.smtpPort,
        from: `${who}@home.test`,
        to: "help@desk.test",
        raw: compose({ from: `${who} <${who}@home.test>`, to: "help@desk.test", subject, text }).raw,
      });
    await toms.goto("/app/view/mine");
    const [latvian, english] = [`Kurpes ${time}`, `Shoes ${time}`];
    await write("maija", latvian, "Labdien, pirms divām nedēļām pasūtīju pie jums kurpes, bet tās vēl nav atnākušas. Vai varat, lūdzu, pateikt, kur tās ir?");
    const waiting = async () => (await api.get("/conversations?view=unassigned")).items.find((c) => c.subject === latvian);
    await eventually("the letter is a conversation", waiting);
    await write("john", english, "Hello, I ordered a pair of shoes from you two weeks ago and they still have not arrived. Could you please tell me where they are?");
    await row(toms, new RegExp(english)).waitFor();
    assert.ok(await waiting(), "who does not answer in it was given the letter");

    // She comes, and it is hers.
    const comes = await browser.person({ url: desk.url });
    await vita.enter(comes);
    await comes.goto("/app/view/mine");
    await row(comes, new RegExp(latvian)).click();
    await comes.getByRole("button", { name: "Why?" }).click();
    const why = comes.getByRole("dialog", { name: /Why it was given to Vita/ });
    await why.getByText("Language of the conversation: Latvian. Only who answers in it could be given it.").waitFor();
    await why.getByRole("row", { name: new RegExp(`Tom Lake ${time}.*does not answer in the customer's language`) }).waitFor();
    assert.deepEqual(await comes.findings("why given by language"), []);
    await comes.picture("distribution-language-why");
    assert.deepEqual([...hers.trouble, ...toms.trouble, ...comes.trouble], []);
  }));
