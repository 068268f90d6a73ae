// Every screen of the desk and of the settings over the demo's data, in light, in dark and on a telephone: no finding by axe, nothing that sticks out
// sideways, no complaint in the console.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { openBrowser } from "../house/browser.mjs";
import { settled, startDemo } from "../house/demo.mjs";
import { doors, looks, screens } from "../house/screens.mjs";
import { show, states } from "../house/states.mjs";

let demo;
let browser;
let api;
before(async () => {
  demo = await startDemo();
  assert.match(demo.said.text, /ilze@koksvolts\.example/, "the demo says how to sign in");
  api = await demo.as("emma");
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

/** wrong says what is wrong with a screen. */
async function wrong(page, label, dark = false) {
  const found = await page.findings(label, page, { colours: dark }); // all else is as in the light
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (over > 1) found.push(`${label}: the page is ${over} px wider than the window`);
  if (!/no-such/.test(label) && (await page.getByText("There is no such page").count())) found.push(`${label}: there is no such page`);
  return found;
}

// Looking costs the browser more than the server: two looks at once are done sooner.
describe("every screen", { concurrency: 2 }, () => {
  for (const [name, look] of Object.entries(looks)) {
    it(`has no finding in ${name}`, { timeout: 1_200_000 }, () =>
      browser.journey(async () => {
        const found = [];
        const stranger = await browser.person({ url: demo.url, ...look });
        for (const [screen, path] of Object.entries(doors)) {
          await stranger.goto(path);
          await settled(stranger);
          found.push(...(await wrong(stranger, `${name} ${screen} ${path}`, look.dark)));
        }
        await stranger.leave();
        const page = await browser.person({ url: demo.url, ...look });
        await api.enter(page);
        const all = await screens(api);
        for (const [screen, path] of Object.entries(all)) {
          await page.goto(path);
          await settled(page);
          found.push(...(await wrong(page, `${name} ${screen} ${path}`, look.dark)));
        }
        for (const [state, how] of Object.entries(states)) {
          await show(page, all, how);
          found.push(...(await wrong(page, `${name} ${state}`, look.dark)));
        }
        assert.deepEqual(page.trouble, []);
        assert.deepEqual(found, []);
        await page.leave();
      }, { minutes: 18 }));
  }
});
