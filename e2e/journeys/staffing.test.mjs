// How many people answering at once takes: what came by the hour of the week, an hour looked into, and a load that is typed in.
import assert from "node:assert/strict";
import { it } from "node:test";
import { looks } from "../house/screens.mjs";
import { start } from "../house/start.mjs";

let desk;
let browser;
let api;
start({ box: {} }, (house) => {
  ({ desk, browser, api } = house);
});

it("shows when customers write, and reckons how many people that takes", () =>
  browser.journey(async () => {
    const page = await browser.person({ url: desk.url });
    await api.enter(page);
    await page.goto("/app/figures");
    await page.getByRole("link", { name: "Staffing" }).click();
    await page.getByRole("heading", { name: "Staffing", level: 1 }).waitFor();
    await page.getByText("Nothing began in these weeks.").waitFor();

    // 200 calls of 3 minutes an hour are 10 erlangs: 14 people answer 88 % within 20 seconds, 20 on the roster.
    await page.getByLabel("Each takes").fill("180");
    await page.getByLabel("Calls or chats an hour").fill("200");
    await page.getByText("14 people have to be there").waitFor();
    await page.getByText(/and 20 on the roster.*keeps 10 busy/).waitFor();
    const line = (people) => page.getByRole("row", { name: new RegExp(`^${people} `) });
    await line(14).getByRole("cell", { name: "88 %" }).waitFor();
    await line(14).getByRole("cell", { name: "7.8 s" }).waitFor();
    await page.getByLabel("Answered in time").fill("95");
    await page.getByText("16 people have to be there").waitFor();
    assert.deepEqual(await page.findings("staffing"), []);
    await page.getByLabel("Calls or chats an hour").fill("many");
    await page.getByText("Type a number above 0, such as 12.5.").waitFor();

    // An hour is looked into by the keyboard, too.
    const hour = page.getByRole("button", { name: /^Tuesday 10–11: / });
    await hour.press("Enter");
    await page.getByRole("heading", { name: "Tuesday 10–11" }).waitFor();
    await page.picture("staffing");
    assert.deepEqual(page.trouble, []);

    const small = await browser.person({ url: desk.url, ...looks.phone });
    await api.enter(small);
    await small.goto("/app/figures/staffing");
    await small.getByText("Nothing began in these weeks.").waitFor();
    assert.deepEqual(await small.findings("staffing at 380"), []);
    assert.ok(await small.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), "the page is wider than the window");
    assert.deepEqual(small.trouble, []);
  }));
