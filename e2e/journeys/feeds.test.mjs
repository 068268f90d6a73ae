// A calendar that others keep: a feed is subscribed to by hand and closes the hours with its event; it changes, and they are open again; its server fails, and what was read last counts on.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, it } from "node:test";
import { Api, ann } from "../house/api.mjs";
import { openBrowser } from "../house/browser.mjs";
import { looks } from "../house/screens.mjs";
import { startTellus } from "../house/tellus.mjs";

let desk;
let server;
let browser;
let api;
let answer = { status: 200, events: [] };
const asked = []; // what each request said it knew
before(async () => {
  server = createServer((req, res) => {
    asked.push(req.headers["if-none-match"]);
    if (answer.status !== 200) return res.writeHead(answer.status).end();
    const body = ["BEGIN:VCALENDAR", ...answer.events.flatMap((lines, uid) => ["BEGIN:VEVENT", `UID:${uid}`, ...lines, "END:VEVENT"]), "END:VCALENDAR", ""].join("\r\n");
    res.writeHead(200, { "content-type": "text/calendar" }).end(body);
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const place = `127.0.0.1:${server.address().port}`;
  desk = await startTellus({ env: { TELLUS_FEED_SERVERS: place } });
  browser = await openBrowser();
  api = new Api(desk.url);
  await api.setUp(await desk.setupLink(), ann);
});
after(async () => {
  await browser?.close();
  await desk?.stop();
  server?.close();
});

const day = (n) => new Date(Date.now() + n * 86_400_000).toISOString().slice(0, 10).replaceAll("-", "");

it("subscribes to a feed that closes the hours, and sees it open them again", () =>
  browser.journey(async () => {
    const week = Array.from({ length: 7 }, () => [{ from: 0, to: 1440 }]);
    const made = await api.post("/calendars", { name: "Riga", zone: "UTC", week, days: [], without: [], with: [], standard: true, inboxes: [], teams: [], version: 0 });
    // From yesterday to tomorrow, so that midnight changes nothing; next week's is a lecture at ten.
    answer.events = [
      ["SUMMARY:Stocktaking", `DTSTART;VALUE=DATE:${day(-1)}`, `DTEND;VALUE=DATE:${day(2)}`],
      ["SUMMARY:Lecture on bicycles", `DTSTART:${day(7)}T100000Z`, `DTEND:${day(7)}T113000Z`],
    ];
    const page = await browser.person({ url: desk.url });
    await api.enter(page);
    await page.goto(`/app/settings/hours/${made.id}`);
    await page.getByText("Always open.").waitFor();
    await page.getByRole("button", { name: "Add a feed…" }).click();
    const sheet = page.getByRole("dialog", { name: "Add a feed" });
    await sheet.getByLabel("Name", { exact: true }).fill("Fairs");
    await sheet.getByLabel("Address").fill("fairs.ics");
    await sheet.getByRole("button", { name: "Subscribe" }).click();
    await sheet.getByText("This is not the address of a calendar feed.", { exact: false }).waitFor();
    assert.deepEqual(await page.findings("a new feed"), []);
    await page.picture("feed-new");
    await sheet.getByLabel("Address").fill(`http://127.0.0.1:${server.address().port}/token-12345/fairs.ics`);
    await sheet.getByRole("button", { name: "Subscribe" }).click();
    await sheet.waitFor({ state: "detached" });

    const feed = page.getByRole("list", { name: "Calendar feeds" }).getByRole("listitem").first();
    await feed.getByText("2 events").waitFor();
    await page.getByText("Closed now: Stocktaking.", { exact: false }).waitFor();
    await page.getByRole("list", { name: "The next weeks" }).getByText("Lecture on bicycles").waitFor();
    assert.equal((await page.content()).includes("token-12345"), false, "the address is shown");
    await feed.getByText("What comes", { exact: false }).click();
    await feed.getByText("10:00", { exact: false }).waitFor();
    assert.deepEqual(await page.findings("a calendar with a feed"), []);
    await feed.scrollIntoViewIfNeeded();
    await page.picture("feed");
    assert.deepEqual({ ...(await api.get(`/calendars/${made.id}/open`)), next: "" }, { open: false, next: "", event: "Stocktaking" });

    answer = { status: 503, events: [] };
    await feed.getByRole("button", { name: "Look now: Fairs" }).click();
    await feed.getByText("the server answered 503", { exact: false }).waitFor();
    await feed.getByText("What was read last still counts.", { exact: false }).waitFor();
    await page.getByText("Closed now: Stocktaking.", { exact: false }).waitFor();
    await feed.scrollIntoViewIfNeeded();
    await page.picture("feed-failing");

    await page.goto("/app/settings/hours");
    await page.getByRole("link", { name: /Riga/ }).getByText("closed: Stocktaking").waitFor();
    await page.picture("feed-list");
    await page.getByRole("link", { name: /Riga/ }).click();

    answer = { status: 200, events: [["SUMMARY:Lecture on bicycles", `DTSTART:${day(7)}T100000Z`, `DTEND:${day(7)}T113000Z`]] };
    await feed.getByRole("button", { name: "Look now: Fairs" }).click();
    await feed.getByText("1 event", { exact: false }).waitFor();
    await page.getByText("Open now, closes", { exact: false }).waitFor();
    assert.equal((await api.get(`/calendars/${made.id}/open`)).open, true);

    // What is off closes nothing, and unsubscribing needs a word.
    await feed.getByRole("button", { name: "Edit: Fairs" }).click();
    const edit = page.getByRole("dialog", { name: "Edit feed" });
    await edit.getByRole("switch", { name: "In use" }).click();
    await edit.getByRole("button", { name: "Save" }).click();
    await edit.waitFor({ state: "detached" });
    await feed.getByText("off", { exact: true }).waitFor();
    await page.getByText("Always open.").waitFor();
    await feed.getByRole("button", { name: "Edit: Fairs" }).click();
    await edit.getByRole("button", { name: "Unsubscribe" }).click();
    await page.getByRole("dialog", { name: /Unsubscribe from/ }).getByRole("button", { name: "Unsubscribe" }).click();
    await feed.waitFor({ state: "detached" });
    assert.deepEqual((await api.get(`/calendars/${made.id}/feeds`)).items, []);
    assert.deepEqual(page.trouble.filter((line) => !/422/.test(line)), []);
  }));

it("says of an inner address what to do", () =>
  browser.journey(async () => {
    const [made] = (await api.get("/calendars")).items;
    const before = asked.length;
    await api.post(`/calendars/${made.id}/feeds`, { name: "Inner", address: "http://localhost:1/fairs.ics", shuts: "all", public: false, active: true });
    for (const [name, look] of Object.entries(looks)) {
      const page = await browser.person({ url: desk.url, ...look });
      await api.enter(page);
      await page.goto(`/app/settings/hours/${made.id}`);
      const words = page.getByText("can let it through with TELLUS_FEED_SERVERS", { exact: false });
      await words.waitFor();
      await words.scrollIntoViewIfNeeded();
      assert.deepEqual(await page.findings("a feed that fails"), []);
      await page.picture(`feed-inner-${name}`);
    }
    assert.equal(asked.length, before);
  }));
