// Debian's Chromium, driven by playwright-core, with what every page of a journey is held to: no error in the console, nothing loaded from
// elsewhere, no finding by axe.
import { AsyncLocalStorage } from "node:async_hooks";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { complaints, within } from "./process.mjs";

const executable = process.env.TELLUS_CHROMIUM ?? ["/usr/bin/chromium", "/usr/bin/google-chrome"].find(existsSync);
const out = fileURLToPath(new URL("../out/", import.meta.url));
const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** openBrowser starts Chromium. Its pages belong to people: see person. */
export async function openBrowser() {
  if (!executable) throw new Error("Chromium is not installed (Debian: chromium)");
  mkdirSync(out, { recursive: true });
  const launch = () =>
    chromium.launch({
      executablePath: executable,
      args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--font-render-hinting=none"],
    });
  let browser = await launch();
  const windows = new AsyncLocalStorage(); // of the journey that goes on; several may at once
  let journeys = 0;
  let stuck = false; // a window of the last one could not be closed
  return {
    /**
     * journey runs fn. Where it fails, or is not done after so many minutes, the error names a picture of every window, what went wrong in each, and
     * what the servers complained of. Where Chromium itself died on the way, the whole of it or the process of a page, or stands still, so that it opens
     * no other window either, that says nothing about the desk: fn is run once more with another, and told that it is its second time.
     */
    journey: async (fn, { minutes = 6 } = {}) => {
      const nth = ++journeys;
      for (const time of [1, 2]) {
        if (!browser.isConnected() || stuck) browser = await launch();
        stuck = false;
        const open = new Set();
        try {
          return await within(minutes * 60_000, "the journey", windows.run(open, () => fn(time)));
        } catch (error) {
          const alive = browser.isConnected() && ![...open].some((page) => page.crashed()) && (await opens(browser));
          stuck = !alive;
          const told = alive ? [] : ["Chromium itself is gone: it crashed, was killed or stands still"];
          let n = 0;
          for (const page of open) {
            const name = `failed-${basename(process.argv[1], ".test.mjs")}-${nth}-${++n}`;
            const taken = await within(20_000, "a picture", page.picture(name)).catch((why) => `no picture: ${why.message.split("\n")[0]}`);
            told.push(`window ${n} at ${page.url()}, ${taken}`, ...page.wentWrong().map((line) => `    ${line}`));
          }
          told.push(...complaints().map((line) => `server: ${line}`));
          const words = `\n${told.join("\n")}`;
          error.message += words;
          error.stack &&= error.stack.includes(words) ? error.stack : `${error.stack}${words}`;
          if (alive || time === 2) throw error;
          console.log(`once more, since ${error.message}`);
        } finally {
          // Of a browser that is gone there is nothing to leave; one that does not let go is left to the end of the process.
          for (const page of [...open]) {
            await within(20_000, "closing a window", page.leave()).catch(() => {
              stuck = true;
            });
          }
        }
      }
    },
    /** person opens a browser window of its own: own cookies, language and size; worker lets it have the desk's service worker. */
    async person({ url, locale = "en-GB", width = 1440, height = 900, dark = false, scripts = true, touch = false, worker = false }) {
      const context = await browser.newContext({
        baseURL: url,
        locale,
        timezoneId: "Europe/Riga",
        viewport: { width, height },
        colorScheme: dark ? "dark" : "light",
        reducedMotion: "reduce",
        javaScriptEnabled: scripts,
        hasTouch: touch,
        serviceWorkers: worker ? "allow" : "block", // what one answers is not seen by page.route
      });
      context.setDefaultTimeout(60_000); // what must come does, however busy the machine
      const page = await context.newPage();
      Object.assign(page, watch(context, page, url));
      const open = windows.getStore();
      open?.add(page);
      context.once("close", () => open?.delete(page));
      return page;
    },
    close: () => browser.close(),
  };
}

/** opens says whether a browser still opens windows. */
const opens = (browser) =>
  within(30_000, "a window opens", browser.newContext().then((context) => context.close())).then(
    () => true,
    () => false,
  );

/** watch keeps what a page should not do, and adds the looks that a journey takes. */
function watch(context, page, url) {
  const trouble = [];
  let crashed = false;
  page.on("crash", () => {
    crashed = true;
  });
  const failed = []; // of the network: a journey may bring it about, so that alone it is no trouble
  page.on("requestfailed", (request) => failed.push(`${request.method()} ${request.url()}: ${request.failure()?.errorText}`));
  page.on("pageerror", (error) => trouble.push(`error in the page: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() !== "error") return;
    // Chromium logs every refused request as an error; a journey may provoke refusals, and they are asserted where they matter.
    if (/^Failed to load resource|^WebSocket connection to '[^']*' failed/.test(message.text())) return;
    trouble.push(`console: ${message.text()}`);
  });
  page.on("request", (request) => {
    const to = request.url();
    // The browser's own viewer of PDFs is made of chrome: pages, which no page of ours could ask for.
    if (!to.startsWith(url) && !/^(data|blob|about|ws|chrome|chrome-extension):/.test(to)) trouble.push(`loads ${to}`);
  });
  page.on("response", (response) => {
    if (response.status() >= 400) failed.push(`${response.status()} ${response.request().method()} ${response.url()}`);
    if (response.status() >= 500) trouble.push(`${response.status()} ${response.url()}`);
  });
  return {
    trouble,
    /** crashed says whether the process of the page is gone. */
    crashed: () => crashed,
    /** wentWrong is trouble, and the latest that failed of the network. */
    wentWrong: () => [...trouble, ...failed.slice(-10)],
    /** picture writes e2e/out/NAME.png and returns its path. */
    async picture(name) {
      await page.screenshot({ path: `${out}${name}.png` });
      return `${out}${name}.png`;
    },
    /**
     * findings runs axe over the page, or one of its frames, and returns what breaks WCAG 2.2 AA, in lines. Where the same page was looked at in
     * other colours, colours alone are looked at.
     */
    async findings(label, frame = page, { colours = false } = {}) {
      // The page's CSP keeps foreign scripts out; what the debugger evaluates is not under it. A page that only moved on has it already.
      if (!(await frame.evaluate(() => "axe" in window))) await frame.evaluate(axeSource);
      const runOnly = colours ? ["color-contrast", "link-in-text-block"] : ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
      const look = () =>
        frame.evaluate(
          (runOnly) =>
            // biome-ignore lint/correctness/noUndeclaredVariables: put there by the lines above
            axe.run(document, { runOnly }),
          runOnly,
        );
      let result = await look();
      // It reads what an element is and which colours it has one after the other: what changed in between is looked at again.
      if (result.violations.length > 0) result = await look();
      return result.violations.flatMap((v) => v.nodes.map((n) => `${label}: ${v.id}: ${n.html.slice(0, 200)}: ${n.failureSummary}`));
    },
    /** webp takes a picture that is small enough to be kept. */
    async webp(path, quality = 72) {
      const debug = await context.newCDPSession(page);
      const { data } = await debug.send("Page.captureScreenshot", { format: "webp", quality });
      writeFileSync(path, Buffer.from(data, "base64"));
      await debug.detach();
    },
    /** passkeys gives the window a device that keeps passkeys and knows its owner's finger, until it is told otherwise. */
    async passkeys() {
      const debug = await context.newCDPSession(page);
      await debug.send("WebAuthn.enable");
      const { authenticatorId } = await debug.send("WebAuthn.addVirtualAuthenticator", {
        options: { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
      });
      return { verify: (yes) => debug.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: yes }) };
    },
    leave: () => context.close(),
  };
}
