// A screen on the wall: a board is made through the page, a screen at which nobody is signed in shows it by its link and goes on by itself, and a link that is taken away shows nothing any more.
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

const arrive = async (subject) => {
  const mail = compose({ from: "Zane <zane@home.test>", to: "help@desk.test", subject, text: "The heel came off." });
  await sendMail({ port: desk.smtpPort, from: "zane@home.test", to: "help@desk.test", raw: mail.raw });
  return eventually("the mail is a conversation", async () =>
    (await api.get("/conversations?view=all")).items.find((c) => c.subject === subject),
  );
};
const waiting = (screen) => screen.getByRole("region", { name: "Gaida atbildi" }).locator("strong");

it("shows on a screen at which nobody is signed in how it stands, by a link that can be taken away", () =>
  browser.journey(async (time) => {
    const page = await browser.person({ url: desk.url });
    await api.enter(page);
    await page.goto("/app/settings/wallboards");
    if (time === 1) {
      await page.getByText("No wallboard yet").waitFor();
      assert.deepEqual(await page.findings("no wallboards"), []);
    }
    await page.getByRole("link", { name: "New wallboard" }).click();

    // What is missing is said.
    await page.getByLabel("Language", { exact: true }).selectOption("lv");
    await page.getByRole("button", { name: "Make the wallboard" }).click();
    await page.getByText("Please fill this in.").waitFor();
    await page.getByLabel("Name", { exact: true }).fill(`Door ${time}`);
    await page.getByRole("button", { name: "Make the wallboard" }).click();
    await page.getByRole("heading", { name: `Door ${time}` }).waitFor();
    await page.getByRole("button", { name: "Make a link" }).click();
    const link = await page.getByText(/\/app\/wall\/\S{40,}/).textContent();
    assert.deepEqual(await page.findings("a wallboard"), []);
    await page.picture("wallboard-settings");

    const screen = await browser.person({ url: desk.url, width: 1280, height: 720 });
    await screen.goto(new URL(link).pathname);
    await screen.getByRole("heading", { name: `Door ${time}` }).waitFor();
    await screen.getByText("Tiešraidē").waitFor();
    assert.equal(await screen.evaluate(() => document.documentElement.dataset.mantineColorScheme), "dark");
    assert.deepEqual(await screen.findings("a screen on the wall"), []);

    // What comes is on the screen by itself.
    const before = Number(await waiting(screen).textContent());
    const about = `Heel ${time} ${Math.random()}`;
    await arrive(about);
    await eventually("one more waits", async () => Number(await waiting(screen).textContent()) === before + 1);
    assert.ok(!(await screen.locator("body").textContent()).includes(about), "what customers write is not on the wall");
    await screen.picture("wallboard");

    // The line is lost, and says so, with what was known last; it comes back by itself.
    await screen.route("**/api/v1/wall/**", (r) => r.abort());
    await screen.getByText(/Nav savienojuma kopš/).waitFor();
    assert.equal(Number(await waiting(screen).textContent()), before + 1);
    await screen.unroute("**/api/v1/wall/**");
    await screen.getByText("Tiešraidē").waitFor();

    // On what is held in the hand it is one column, and nothing is cut off.
    await screen.setViewportSize({ width: 380, height: 780 });
    const cut = await screen.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.equal(cut, 0);
    await screen.picture("wallboard-phone");

    await page.getByRole("button", { name: "Take the link away" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Take the link away" }).click();
    await page.getByText("The link is not in use any more").first().waitFor();
    await screen.getByText("Šī saite vairs netiek lietota").waitFor();
    assert.deepEqual(page.trouble, []);
  }));

it("leaves the reader's own language and look as they are", () =>
  browser.journey(async (time) => {
    const board = await api.post("/wallboards", {
      name: `Own ${time}`,
      teams: [],
      zone: "Europe/Warsaw",
      language: "pl",
      theme: "dark",
      version: 0,
    });
    const page = await browser.person({ url: desk.url });
    await api.enter(page);
    await page.goto(`/app/wall/b${board.id}`);
    await page.getByText("Gdzie czekają klienci").waitFor();
    await page.goto("/app/settings/wallboards");
    await page.getByRole("heading", { name: "Wallboards" }).waitFor();
    assert.notEqual(await page.evaluate(() => document.documentElement.dataset.mantineColorScheme), "dark");

    // Deleted, it is gone from the list, and its picture too.
    await page.getByRole("link", { name: new RegExp(`Own ${time}`) }).click();
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete", exact: true }).click();
    await page.getByText("Wallboard deleted").waitFor();
    await page.getByRole("link", { name: new RegExp(`Own ${time}`) }).waitFor({ state: "detached" });
    await page.goto(`/app/wall/b${board.id}`);
    await page.getByText(/This link is not in use any more|Ten link nie jest już używany/).waitFor();
  }));
