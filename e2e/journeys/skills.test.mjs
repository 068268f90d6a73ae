// A skill: made in the settings, given to one person, asked for by a team for a type of conversation. A letter of that type waits for who has it, and the desk says why.
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

const row = (page, words) => page.getByRole("link", { name: words });

it("gives a letter to who has the skill of its type, and says so", () =>
  browser.journey(async (time) => {
    const tom = await join(api, { name: `Tom Lake ${time}`, email: `tom${time}@desk.test` });
    const vita = await join(api, { name: `Vita Zariņa ${time}`, email: `vita${time}@desk.test` });
    const [his, hers] = await Promise.all([tom, vita].map(async (one) => (await one.get("/session")).id));
    const team = await api.post("/teams", { name: `Workshop ${time}`, members: [his, hers] });
    const repair = await api.post("/types", { name: `Repair ${time}`, kind: "other", icon: "tag", colour: "blue", inboxes: [box.id] });

    // Made, and given to her; renamed, she keeps it.
    const lead = await browser.person({ url: desk.url });
    await api.enter(lead);
    await lead.goto("/app/settings/skills");
    await lead.getByRole("button", { name: "New skill" }).click();
    const made = lead.getByRole("dialog", { name: "New skill" });
    await made.getByLabel("Name").fill(`Soldering ${time}`);
    await made.getByRole("button", { name: "Make the skill" }).click();
    await made.waitFor({ state: "detached" });
    await lead.getByRole("button", { name: `Edit: Soldering ${time}` }).click();
    const edit = lead.getByRole("dialog", { name: "Change the skill" });
    await edit.getByLabel("Name").fill(`Soldering iron ${time}`);
    await edit.getByRole("checkbox", { name: `Vita Zariņa ${time}` }).check();
    assert.deepEqual(await lead.findings("a skill"), []);
    await lead.picture("skill");
    await edit.getByRole("button", { name: "Save" }).click();
    await edit.waitFor({ state: "detached" });
    await lead.getByText(`Vita Zariņa ${time}`).waitFor();
    assert.deepEqual(await lead.findings("skills"), []);
    await lead.picture("skills");

    // In her sheet it is ticked; he is given another there.
    const other = await api.post("/skills", { name: `Sewing ${time}`, agents: [], version: 0 });
    await lead.goto("/app/settings/people");
    await lead.getByRole("button", { name: `Edit: Vita Zariņa ${time}` }).click();
    const sheet = lead.getByRole("dialog", { name: `Vita Zariņa ${time}` });
    await sheet.getByRole("checkbox", { name: `Soldering iron ${time}`, checked: true }).waitFor();
    assert.ok(!(await sheet.getByRole("checkbox", { name: `Sewing ${time}` }).isChecked()));
    await lead.keyboard.press("Escape");
    await sheet.waitFor({ state: "detached" });
    await lead.getByRole("button", { name: `Edit: Tom Lake ${time}` }).click();
    const toms = lead.getByRole("dialog", { name: `Tom Lake ${time}` });
    await toms.getByRole("checkbox", { name: `Sewing ${time}` }).check();
    assert.deepEqual(await lead.findings("skills of a person"), []);
    await lead.picture("people-skills");
    await toms.getByRole("button", { name: "Save" }).click();
    await toms.waitFor({ state: "detached" });
    const skills = (await api.get("/skills")).items;
    assert.deepEqual(skills.find((s) => s.id === other.id).agents, [his]);
    const skill = skills.find((s) => s.name === `Soldering iron ${time}`);
    assert.deepEqual(skill.agents, [hers]);

    // The team asks for it.
    await lead.goto("/app/settings/teams");
    await lead.getByRole("button", { name: `Distribution: Workshop ${time}` }).click();
    const giving = lead.getByRole("dialog", { name: /Distribution of Workshop/ });
    await giving.getByRole("radio", { name: /In turn/ }).check();
    await giving.getByRole("button", { name: "Ask for a skill" }).click();
    await giving.getByLabel("Type").selectOption({ label: `Repair ${time}` });
    await giving.getByLabel("Skill", { exact: true }).selectOption({ label: `Soldering iron ${time}` });
    assert.equal(await giving.getByLabel("Waived after minutes of waiting").inputValue(), "30");
    assert.deepEqual(await lead.findings("distribution by skill"), []);
    await giving.getByLabel("Waived after minutes of waiting").scrollIntoViewIfNeeded();
    await lead.picture("distribution-skills");
    await giving.getByRole("button", { name: "Save" }).click();
    await giving.waitFor({ state: "detached" });
    assert.deepEqual((await api.get(`/teams/${team.id}/distribution`)).skills, [{ type: repair.id, skill: skill.id, need: "required" }]);
    await api.patch(`/inboxes/${box.id}`, { ...(await api.get(`/inboxes/${box.id}`)), team: team.id });

    // He is there and lacks it: what is of that type waits; of no type it is his.
    const at = await browser.person({ url: desk.url });
    await tom.enter(at);
    await at.goto("/app/view/mine");
    const write = (who, subject) =>
      sendMail({
        port: desk.smtpPort,
        from: `${who}@home.test`,
        to: "help@desk.test",
        raw: compose({ from: `${who} <${who}@home.test>`, to: "help@desk.test", subject, text: `About: ${subject}` }).raw,
      });
    const [first, second] = [`A cable ${time}`, `A greeting ${time}`];
    await write("maija", first);
    const waiting = async (subject) => (await api.get("/conversations?view=unassigned")).items.find((c) => c.subject === subject);
    await eventually("the letter is a conversation", () => waiting(first));
    await write("john", second);
    const greeting = await eventually("the second is one", () => waiting(second));
    await api.patch(`/conversations/${greeting.id}`, { type: 0, version: greeting.version });
    await row(at, new RegExp(second)).waitFor();
    assert.ok(await waiting(first), "who lacks the skill was given the letter");

    // She comes, and it is hers.
    const comes = await browser.person({ url: desk.url });
    await vita.enter(comes);
    await comes.goto("/app/view/mine");
    await row(comes, new RegExp(first)).click();
    await comes.getByRole("button", { name: "Why?" }).click();
    const why = comes.getByRole("dialog", { name: /Why it was given to Vita/ });
    await why.getByText(`Only who has Soldering iron ${time} could be given it.`).waitFor();
    await why.getByRole("row", { name: new RegExp(`Tom Lake ${time}.*lacks Soldering iron ${time}`) }).waitFor();
    assert.deepEqual(await comes.findings("why given by skill"), []);
    await comes.picture("distribution-skills-why");

    // Deleting says what used it; merged, the team asks for the other, which he has.
    await lead.goto("/app/settings/skills");
    const line = lead.getByRole("button", { name: `Edit: Soldering iron ${time}` });
    await line.click();
    await edit.getByRole("button", { name: "Delete or merge" }).click();
    const drop = lead.getByRole("dialog", { name: `Delete “Soldering iron ${time}”?` });
    await drop.getByText(`1 person has it. The distribution of Workshop ${time} asks for it.`).waitFor();
    await drop.getByLabel("Merge into").selectOption({ label: `Sewing ${time}` });
    assert.deepEqual(await lead.findings("merging a skill"), []);
    await lead.picture("skill-merge");
    await drop.getByRole("button", { name: "Merge", exact: true }).click();
    await drop.waitFor({ state: "detached" });
    await line.waitFor({ state: "detached" });
    assert.deepEqual((await api.get(`/teams/${team.id}/distribution`)).skills, [{ type: repair.id, skill: other.id, need: "required" }]);
    assert.deepEqual((await api.get("/skills")).items.find((s) => s.id === other.id).agents.sort((a, b) => a - b), [his, hers].sort((a, b) => a - b));
    assert.deepEqual([...lead.trouble, ...at.trouble, ...comes.trouble], []);
  }));
