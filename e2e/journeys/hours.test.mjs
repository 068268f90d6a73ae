// Opening hours from nothing: a week is chosen and pulled, a holiday opens, a date closes; a mail is then due by the hours, and moves when they do.
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { Api, ann, inbox } from "../house/api.mjs";
import { openBrowser } from "../house/browser.mjs";
import { eventually } from "../house/process.mjs";
import { startTellus } from "../house/tellus.mjs";

let desk;
let browser;
let api;
before(async () => {
  desk = await startTellus({});
  browser = await openBrowser();
  api = new Api(desk.url);
  await api.setUp(await desk.setupLink(), ann);
});
after(async () => {
  await browser?.close();
  await desk?.stop();
});

it("sets up a calendar and sees promises go by it", () =>
  browser.journey(async () => {
    const box = await api.post("/inboxes", inbox({ sink: { port: 9 }, answerWithin: 60, receive: { method: "none" } }));
    const { conversation } = await api.post("/conversations/record", {
      inbox: box.id, name: "Cilla", subject: "Where is it?", channel: "letter",
      at: new Date().toISOString(), record: { direction: "in" }, html: "<p>She wrote a letter.</p>", attachments: [],
    });
    const due = async () => Date.parse((await api.get(`/conversations/${conversation.id}`)).conversation.dueAt);
    const clock = await due();

    const page = await browser.person({ url: desk.url });
    await api.enter(page);
    await page.goto("/app/settings/hours");
    await page.getByRole("button", { name: "New calendar" }).click();
    await page.getByLabel("Name", { exact: true }).fill("Riga");
    await page.getByLabel("Time zone").selectOption("Europe/Riga");
    await page.getByRole("button", { name: "Mon–Fri 8–20" }).click();
    const edge = page.getByRole("slider", { name: "Friday, closes" });
    await edge.focus();
    await edge.press("ArrowLeft");
    await edge.press("PageDown");
    assert.equal(await page.getByLabel("Friday, closes").and(page.locator("input")).inputValue(), "18:45");
    await page.getByLabel("Country").selectOption("LV");
    const eve = page.getByRole("checkbox", { name: /Christmas Eve/ }).or(page.getByRole("switch", { name: /Christmas Eve/ })).first();
    await eve.waitFor();
    await eve.click();
    await page.getByRole("button", { name: "Add a date" }).click();
    await page.getByLabel("Why").fill("Stocktaking");
    const preview = page.getByRole("list", { name: "The next weeks" });
    await preview.getByText("Stocktaking").waitFor();
    await page.getByRole("button", { name: "Create calendar" }).click();
    const row = page.getByRole("link", { name: /Riga/ });
    await row.waitFor();
    assert.match(await row.innerText(), /Mon–Thu 08:00–20:00 · Fri 08:00–18:45/);

    const [kept] = (await api.get("/calendars")).items;
    assert.equal(kept.standard, true, "the first calendar is everybody's");
    assert.deepEqual(kept.without, ["christmas_eve"]);
    // Today is closed by the exception, so an hour of open time ends another day.
    await eventually("what was due by the clock is due by the hours", async () => (await due()) > clock);
    const open = await api.get(`/calendars/${kept.id}/open`);
    assert.equal(open.open, false);

    await row.click();
    await page.getByRole("button", { name: "Remove", exact: true }).click();
    await page.getByRole("button", { name: "Day and night" }).click();
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("button", { name: "Undo changes" }).waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete", exact: true }).click();
    await page.getByRole("dialog").getByText("still go by it").or(page.getByRole("dialog").getByText("go by another calendar first")).first().waitFor();
  }));

it("takes the dates of a calendar file into the form", () =>
  browser.journey(async (time) => {
    const page = await browser.person({ url: desk.url });
    await api.enter(page);
    await page.goto("/app/settings/hours/new");
    await page.getByLabel("Name", { exact: true }).fill(`With a file ${time}`);
    await page.getByRole("button", { name: "Take dates from a calendar file…" }).click();
    const sheet = page.getByRole("dialog", { name: "Take dates from a calendar file" });
    const choose = (name, text) => sheet.locator("input[type=file]").setInputFiles({ name, mimeType: "text/calendar", buffer: Buffer.from(text) });
    await choose("shopping.ics", "Milk, bread");
    await sheet.getByText("There is no event in the file. Choose an iCalendar file (.ics).").waitFor();

    // The Wednesday of next week is closed, and the Thursday opens later; what repeats by the minute is said to be left out.
    const day = new Date();
    day.setUTCDate(day.getUTCDate() + 7 + ((3 - day.getUTCDay() + 7) % 7));
    const ymd = day.toISOString().slice(0, 10).replaceAll("-", "");
    const next = new Date(day.getTime() + 86_400_000).toISOString().slice(0, 10).replaceAll("-", "");
    const event = (uid, ...lines) => ["BEGIN:VEVENT", `UID:${uid}`, ...lines, "END:VEVENT"].join("\r\n");
    await choose(
      "fair.ics",
      ["BEGIN:VCALENDAR", event(1, "SUMMARY:The fair", `DTSTART;VALUE=DATE:${ymd}`), event(2, "SUMMARY:Stocktaking", `DTSTART:${next}T080000`, `DTEND:${next}T113000`),
        event(3, "SUMMARY:Heartbeat", "DTSTART:20260101T000000Z", "DTEND:20260101T000030Z", "RRULE:FREQ=MINUTELY"), "END:VCALENDAR", ""].join("\r\n"),
    );
    await sheet.getByText("The fair").waitFor();
    await sheet.getByText("11:30–17:00 · now 09:00–17:00").waitFor();
    await sheet.getByText("Heartbeat: repeats by the hour or more often").waitFor();
    assert.deepEqual(await page.findings("a calendar file"), []);
    await page.picture("calendar-file");
    await sheet.getByRole("button", { name: "Take 2 dates" }).click();
    await page.getByRole("button", { name: "Create calendar" }).click();
    await page.getByRole("link", { name: new RegExp(`With a file ${time}`) }).waitFor();
    const made = (await api.get("/calendars")).items.find((c) => c.name === `With a file ${time}`);
    assert.deepEqual(made.days.map((d) => [d.name, d.hours]), [["The fair", []], ["Stocktaking", [{ from: 690, to: 1020 }]]]);
    assert.deepEqual(page.trouble.filter((line) => !/422/.test(line)), []);
  }));
