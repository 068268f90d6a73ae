// Who is there: what one browser chooses, another shows at once; a supervisor sets it for somebody; what came by itself goes by itself.
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { Api, ann } from "../house/api.mjs";
import { openBrowser } from "../house/browser.mjs";
import { eventually } from "../house/process.mjs";
import { startTellus } from "../house/tellus.mjs";

let desk;
let browser;
let api;
let bo;
let boId;
before(async () => {
  desk = await startTellus({});
  browser = await openBrowser();
  api = new Api(desk.url);
  await api.setUp(await desk.setupLink(), ann);
  const { link } = await api.post("/agents", { name: "Bo Ozols", email: "bo@desk.test", role: "agent", language: "en", teams: [] });
  bo = new Api(desk.url);
  await bo.post(`/links/${link.split("/").at(-1)}`, { name: "Bo Ozols", password: "five quite plain words here", language: "en", timeZone: "Europe/Riga" });
  boId = (await bo.get("/session")).id;
});
after(async () => {
  await browser?.close();
  await desk?.stop();
});

const stands = async (agent) => {
  const p = (await api.get("/presence")).items.find((one) => one.agent === agent);
  return `${p.state} ${p.why}`;
};

it("is shown to a colleague at once, by hand from the menu and the palette, and by itself", () =>
  browser.journey(async () => {
    assert.equal(await stands(boId), "offline gone");
    const hers = await browser.person({ url: desk.url });
    await api.enter(hers);
    await hers.goto("/app/settings/here");
    const row = hers.getByRole("main").locator("div").filter({ has: hers.getByRole("button", { name: "Log: Bo Ozols" }) }).last().locator("..");
    await row.getByText("Offline").first().waitFor();

    const his = await browser.person({ url: desk.url });
    await bo.enter(his);
    await his.goto("/app/view/all");
    await row.getByText("Online").first().waitFor();

    // By hand, from his own menu; its code arrives while the button is held down.
    let comes;
    const held = new Promise((done) => {
      comes = done;
    });
    await his.route(/\/OwnMenu[^/]*\.js/, async (route) => {
      await held;
      await route.continue();
    });
    const arrived = his.waitForResponse(/\/OwnMenu[^/]*\.js/);
    await his.getByRole("button", { name: /Bo Ozols/ }).hover();
    await his.mouse.down();
    comes();
    await (await arrived).finished();
    await his.evaluate(() => new Promise((done) => setTimeout(done, 300)));
    await his.mouse.up();
    await his.getByRole("menuitemradio", { name: "Away: Lunch" }).click();
    await row.getByText("Away: Lunch").first().waitFor();
    assert.deepEqual(await hers.findings("who is here"), []);
    await hers.picture("who is here");

    // From the palette, with a time at which he is back.
    await his.keyboard.press("Escape");
    await his.keyboard.press("Shift+b");
    const sheet = his.getByRole("dialog", { name: "Away until…" });
    await sheet.getByLabel("Training").check();
    await sheet.getByRole("button", { name: "30 min" }).click();
    assert.deepEqual(await his.findings("away until"), []);
    await his.picture("away until");
    await sheet.getByRole("button", { name: "Set" }).click();
    await sheet.waitFor({ state: "detached" });
    await row.getByText(/Away: Training, back (tomorrow )?at \d\d:\d\d/).first().waitFor();

    // Another window of his is the same person; closing it changes nothing.
    const second = await his.context().newPage();
    await second.goto(new URL("/app/view/all", desk.url).href);
    await second.getByRole("button", { name: /Bo Ozols/ }).waitFor();
    await second.close();
    assert.equal(await stands(boId), "away chosen");

    // She sets it for him, and the log says so.
    await hers.getByRole("button", { name: "Set: Bo Ozols" }).click();
    const other = hers.getByRole("dialog", { name: "Presence of Bo Ozols" });
    await other.getByLabel("Online").check();
    await other.getByRole("button", { name: "Set" }).click();
    await row.getByText("Online").first().waitFor();
    await hers.getByRole("button", { name: "Log: Bo Ozols" }).click();
    const log = hers.getByRole("dialog", { name: "Log of Bo Ozols" });
    await log.getByText(/Ann/).first().waitFor();
    await log.getByText("Away: Training", { exact: false }).first().waitFor();
    await log.getByRole("button", { name: "Close" }).last().click();

    // Hours in which it is never his turn: he is away by himself, and back once they are taken away.
    const today = new Date().getUTCDay();
    const { version } = await api.get(`/presence/${boId}/hours`);
    await api.put(`/presence/${boId}/hours`, { idleMinutes: -1, version, hours: [{ from: 0, to: 1, days: 1 << ((today + 3) % 7) }] });
    await bo.put("/presence/own", { state: "away" });
    await bo.put("/presence/own", { state: "online" }); // he works on, whatever the clock says
    assert.equal(await stands(boId), "online chosen");
  }));

it("outlasts the server, and forgets nobody for a line that was cut", () =>
  browser.journey(async () => {
    const his = await browser.person({ url: desk.url });
    await bo.enter(his);
    await his.goto("/app/view/all");
    await eventually("Bo is online", async () => (await stands(boId)).startsWith("online"));
    const { reasons } = await bo.get("/presence");
    await bo.put("/presence/own", { state: "away", reason: reasons.find((r) => r.code === "meeting").id });
    await desk.end();
    await desk.start();
    await eventually("the server answers", () => api.get("/session").then(() => true, () => false));
    assert.equal(await stands(boId), "away chosen");
  }));

it("has rules that an administrator keeps", () =>
  browser.journey(async () => {
    const hers = await browser.person({ url: desk.url });
    await api.enter(hers);
    await hers.goto("/app/settings/presence");
    await hers.getByLabel("Away after").fill("20");
    await hers.getByRole("button", { name: "Add a reason" }).click();
    await hers.getByLabel("Reason").last().fill("Stock-taking");
    await hers.getByRole("button", { name: "Save" }).click();
    await eventually("the reason is there", async () => (await api.get("/presence")).reasons.some((r) => r.name === "Stock-taking"));
    assert.equal((await api.get("/presence/rules")).idleMinutes, 20);
    assert.deepEqual(await hers.findings("rules of presence"), []);
    await hers.picture("rules of presence");
  }));
