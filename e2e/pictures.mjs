// Pictures of every screen, in light, in dark and on a telephone, over a demo built anew: docs/pictures/LOOK/SCREEN.webp. What is no longer a screen goes.
//
//   node e2e/pictures.mjs [WORDS…]    only screens whose names hold one of the words, and nothing is removed
import { mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { openBrowser } from "./house/browser.mjs";
import { settled, startDemo } from "./house/demo.mjs";
import { doors, looks, screens } from "./house/screens.mjs";
import { show, states } from "./house/states.mjs";

const folder = fileURLToPath(new URL("../docs/pictures/", import.meta.url));
const most = 6 * 1024 * 1024; // bytes that pictures may take in the repository
const words = process.argv.slice(2);

/** take waits until a screen is whole, and keeps a picture of it. */
async function take(page, look, name) {
  await settled(page);
  await page.evaluate(() => document.fonts.ready);
  await page.waitForLoadState("networkidle");
  await page.mouse.move(0, 0);
  await page.webp(`${folder}${look}/${name}.webp`);
}

const demo = await startDemo();
const browser = await openBrowser();
try {
  const api = await demo.as("emma");
  const all = await screens(api);
  const wanted = (name) => words.length === 0 || words.some((word) => name.includes(word));
  let size = 0;
  for (const [look, window] of Object.entries(looks)) {
    if (words.length === 0) rmSync(`${folder}${look}`, { recursive: true, force: true });
    mkdirSync(`${folder}${look}`, { recursive: true });
    const stranger = await browser.person({ url: demo.url, ...window });
    const agent = await browser.person({ url: demo.url, ...window });
    await api.enter(agent);
    for (const [page, list] of [[stranger, doors], [agent, all]]) {
      for (const [name, path] of Object.entries(list).filter(([name]) => wanted(name))) {
        await page.goto(path);
        await take(page, look, name);
      }
    }
    for (const [name, state] of Object.entries(states).filter(([name]) => wanted(name))) {
      await show(agent, all, state);
      await take(agent, look, name);
    }
    await Promise.all([stranger.leave(), agent.leave()]);
    const files = readdirSync(`${folder}${look}`).map((file) => statSync(`${folder}${look}/${file}`).size);
    size += files.reduce((a, b) => a + b, 0);
    console.log(`${look}: ${files.length} pictures`);
  }
  console.log(`${(size / 1024 / 1024).toFixed(1)} MB`);
  if (size > most) throw new Error(`the pictures take ${size} bytes, more than ${most}`);
} finally {
  await browser.close();
  await demo.stop();
}
