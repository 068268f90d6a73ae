// Who is on duty, from nothing: a roster is made through the page, a rule calls whoever is on duty and gives him the conversation, and what waits for who is absent goes to her deputy.
import assert from "node:assert/strict";
import { it } from "node:test";
import { compose } from "../house/mail.mjs";
import { eventually } from "../house/process.mjs";
import { sendMail } from "../house/smtp.mjs";
import { start } from "../house/start.mjs";

let desk;
let browser;
let api;
start({}, (house) => {
  ({ desk, browser, api } = house);
});

const arrive = async (subject, more = {}) => {
  const mail = compose({
    from: "Zane <zane@home.test>",
    to: "help@desk.test",
    subject,
    text: "The heel came off.",
    ...more,
  });
  await sendMail({ port: desk.smtpPort, from: "zane@home.test", to: "help@desk.test", raw: mail.raw });
  return eventually("the mail is a conversation", async () =>
    (await api.get("/conversations?view=all")).items.find((c) => c.subject === subject),
  );
};
const row = async (c) => (await api.get(`/conversations/${c.id}`)).conversation;

it("makes a roster, and a rule that gives to who is on duty", () =>
  browser.journey(async (time) => {
    const me = (await api.get("/profile")).id;
    const page = await browser.person({ url: desk.url });
    await api.enter(page);
    await page.goto("/app/settings/duty");
    await page.getByText("No rosters yet").waitFor();
    assert.deepEqual(await page.findings("no rosters"), []);
    await page.getByRole("link", { name: "New roster" }).click();
    await page.getByLabel("Name", { exact: true }).fill(`Managers ${time}`);
    await page.getByRole("button", { name: "Add a turn" }).click();

    // What is missing is said in words, and nothing is lost.
    await page.getByRole("button", { name: "Make the roster" }).click();
    await page.getByText("Please fill this in.").first().waitFor();
    await page.getByLabel("Who", { exact: true }).selectOption(String(me));
    await page.getByText(/Nobody is on duty for .* of the next two weeks/).waitFor();
    await page.getByLabel("From", { exact: true }).fill("00:00");
    await page.getByLabel("From", { exact: true }).press("Tab");
    await page.getByLabel("To", { exact: true }).fill("00:00");
    await page.getByLabel("To", { exact: true }).press("Tab");
    for (const day of ["Sat", "Sun"]) await page.getByRole("checkbox", { name: day }).check();
    await page.getByText("Somebody is on duty at every hour of the next two weeks.").waitFor();
    assert.deepEqual(await page.findings("a roster"), []);
    await page.picture("roster");
    await page.getByRole("button", { name: "Make the roster" }).click();
    const made = page.getByRole("link", { name: new RegExp(`Managers ${time}`) });
    await made.getByText("on duty", { exact: true }).waitFor();

    // A rule names it.
    await page.goto("/app/settings/rules/new");
    await page.getByLabel("Name", { exact: true }).fill(`Calls ${time}`);
    await page.getByLabel("Add an action").selectOption("assign");
    await page
      .getByRole("group", { name: "Assign", exact: true })
      .getByRole("combobox")
      .selectOption({ label: `Who is on duty: Managers ${time}` });
    await page.getByLabel("Add an action").selectOption("tell");
    await page.getByRole("checkbox", { name: `Who is on duty: Managers ${time}` }).check();
    await page.getByRole("checkbox", { name: /By every means/ }).check();
    assert.deepEqual(await page.findings("a rule that calls who is on duty"), []);
    await page.getByRole("button", { name: "Create rule" }).click();
    await page.getByRole("link", { name: `Calls ${time}`, exact: true }).waitFor();
    const rule = (await api.get("/rules")).items.find((r) => r.name === `Calls ${time}`);
    if (!rule.active) await api.put(`/rules/${rule.id}`, { ...rule, active: true });

    const talk = await arrive(`Furious ${time}`);
    await eventually("who is on duty has it", async () => (await row(talk)).assignee === me);
    await eventually("he is told", async () =>
      (await api.get("/notices")).items.some((n) => n.conversation === talk.id && ["told", "assigned"].includes(n.kind)),
    );
    await page.goto(`/app/view/all/${talk.number}`);
    await page
      .getByText(/who is on duty/)
      .first()
      .waitFor();
  }));

it("plans an absence, hands over what waits, and takes nothing when it is cancelled", () =>
  browser.journey(async (time) => {
    const me = (await api.get("/profile")).id;
    const page = await browser.person({ url: desk.url });
    await api.enter(page);
    const talk = await arrive(`Waits ${time}`);
    // The rule of the journey before may give it to him in the same moment: what was changed meanwhile is looked at again.
    await eventually("he has it", async () => {
      const now = await row(talk);
      if (now.assignee === me) return true;
      await api.patch(`/conversations/${talk.id}`, { version: now.version, assignee: me }).catch((err) => assert.equal(err.status, 409));
      return false;
    });
    await page.goto("/app/settings/duty");
    await page.getByText("Nobody has planned an absence.").waitFor();
    await page.getByRole("button", { name: "Plan an absence" }).click();
    const sheet = page.getByRole("dialog", { name: "Plan an absence" });
    assert.deepEqual(await page.findings("planning an absence"), []);
    await page.picture("absence");
    await sheet.getByRole("button", { name: "Cancel" }).click();

    // It begins a moment from now, by the clock that the server keeps.
    const from = new Date(Date.now() + 1_500).toISOString();
    const kept = await api.post("/absences", {
      agent: me,
      from,
      to: new Date(Date.now() + 3_600_000).toISOString(),
      version: 0,
    });
    await eventually("it went back to the team", async () => !(await row(talk)).assignee);
    await page.reload();
    await page.getByText("absent now").waitFor();
    await page.goto(`/app/view/all/${talk.number}`);
    await page
      .getByText(/back to the team from .*, who is absent until/)
      .first()
      .waitFor();
    await page.goto("/app/settings/duty");
    await page.getByRole("button", { name: /^Change: / }).click();
    await page.getByRole("button", { name: "Cancel the absence" }).click();
    await page.getByText("Nobody has planned an absence.").waitFor();
    assert.equal(
      (await api.get("/absences")).items.find((a) => a.id === kept.id),
      undefined,
    );
    assert.deepEqual(await page.findings("duty"), []);
    await page.picture("duty");
  }));
