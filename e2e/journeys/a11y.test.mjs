// Every screen of the desk and of the settings over the demo's data, in light, in dark and on a telephone: no finding by axe, nothing that sticks out
// sideways, no complaint in the console.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { Api } from "../house/api.mjs";
import { openBrowser } from "../house/browser.mjs";
import { eventually, freePort, run } from "../house/process.mjs";

const binary = process.env.TELLUS_BINARY ?? fileURLToPath(new URL("../../bin/tellus", import.meta.url));
const password = "wood and volts";

let demo;
let url;
let data;
let browser;
let api;
before(async () => {
  data = mkdtempSync(join(tmpdir(), "tellus-demo-"));
  const port = await freePort();
  url = `http://localhost:${port}`;
  demo = run(binary, ["demo", "--data", data, "--listen", `127.0.0.1:${port}`]);
  await eventually(
    "the demo is built and answers",
    async () => {
      if (demo.child.exitCode !== null) throw new Error(`it ended:\n${demo.said.text}`);
      return (await fetch(`${url}/api/v1/status`)).ok;
    },
    300_000,
  );
  assert.match(demo.said.text, /ilze@koksvolts\.example/, "the demo says how to sign in");
  api = new Api(url);
  await api.post("/session", { email: "emma@koksvolts.example", password });
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  demo?.child.kill("SIGTERM");
  await demo?.over;
  rmSync(data, { recursive: true, force: true });
});

/** find returns the address of the conversation with that subject, in the first view that has it. */
async function find(words) {
  const { conversations } = await api.get(`/search?q=${encodeURIComponent(words)}`);
  assert.ok(conversations.length > 0, `the demo has no conversation "${words}"`);
  return `/app/view/all/${conversations[0].number}`;
}

const looks = { light: {}, dark: { dark: true }, phone: { width: 380, height: 780 } };

const views = ["mine", "unassigned", "all", "waiting", "mentions", "following", "drafts", "snoozed", "finished", "spam", "trash"];
const settings = ["profile", "security", "inboxes", "inboxes/1", "inboxes/1/form", "inboxes/new", "macros", "macros/new", "teams", "people", "tags", "tokens", "jobs", "audit", "company"];
const searches = ["", "desk", "from:emma is:unfinished", "is:nonsense", "zzzzzz"];
const nowhere = ["/app/view/all/999999", "/app/settings/nowhere", "/app/nowhere"];

/** settled waits until the page has stopped changing: no skeleton, no frame on its way. */
const settled = (page) =>
  eventually("the page has settled", () =>
    page.evaluate(
      () =>
        document.readyState === "complete" &&
        !document.querySelector("[aria-busy=true]") &&
        document.querySelector("main, h1, [role=main]") !== null &&
        Array.from(document.querySelectorAll("iframe")).every((f) => f.contentDocument?.readyState === "complete"),
    ),
  );

/** wrong says what is wrong with a screen. */
async function wrong(page, label, dark = false) {
  const found = await page.findings(label, page, { colours: dark }); // all else is as in the light
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (over > 1) found.push(`${label}: the page is ${over} px wider than the window`);
  if (!/nowhere/.test(label) && (await page.getByText("There is no such page").count())) found.push(`${label}: there is no such page`);
  return found;
}

// Looking costs the browser more than the server: two looks at once are done sooner.
describe("every screen", { concurrency: 2 }, () => {
  for (const [name, look] of Object.entries(looks)) {
    it(`has no finding in ${name}`, { timeout: 1_200_000 }, async () => {
      const stories = await Promise.all(["Quote for 18 desks", "Divreiz noskaitīta", "Zaproszenie: pomiar", "Matrača garantija", "New oak veneers", "Zvans par gultas"].map(find));
      const found = [];
      const stranger = await browser.person({ url, ...look });
      for (const path of ["/app/sign-in", "/app/forgot", "/app/setup", "/app/link/none"]) {
        await stranger.goto(path);
        await settled(stranger);
        found.push(...(await wrong(stranger, `${name} ${path}`, look.dark)));
      }
      await stranger.leave();
      const page = await browser.person({ url, ...look });
      await api.enter(page);
      const paths = [...views.map((v) => `/app/view/${v}`), ...stories, "/app/new", "/app/drafts", "/app/first-steps", ...searches.map((q) => `/app/search?q=${encodeURIComponent(q)}`), ...settings.map((s) => `/app/settings/${s}`), ...nowhere];
      for (const path of paths) {
        await page.goto(path);
        await settled(page);
        found.push(...(await wrong(page, `${name} ${path}`, look.dark)));
      }
      assert.deepEqual(page.trouble, []);
      assert.deepEqual(found, []);
      await page.leave();
    });
  }
});
