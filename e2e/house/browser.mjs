// Debian's Chromium, driven by playwright-core, with what every page of a journey is held to: no error in the console, nothing loaded from
// elsewhere, no finding by axe.
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const executable = process.env.TELLUS_CHROMIUM ?? ["/usr/bin/chromium", "/usr/bin/google-chrome"].find(existsSync);
const out = fileURLToPath(new URL("../out/", import.meta.url));
const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** openBrowser starts Chromium. Its pages belong to people: see person. */
export async function openBrowser() {
  if (!executable) throw new Error("Chromium is not installed (Debian: chromium)");
  mkdirSync(out, { recursive: true });
  const browser = await chromium.launch({
    executablePath: executable,
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--font-render-hinting=none"],
  });
  const open = new Set();
  return {
    /** journey runs fn, and where it fails, leaves a picture of every window, e2e/out/failed-N.png, and what each has complained of. */
    journey: async (fn) => {
      try {
        await fn();
      } catch (error) {
        let n = 0;
        for (const page of open) {
          n++;
          await page.picture(`failed-${n}`).catch(() => {}); // the window may be gone
          console.error(`window ${n} at ${page.url()}: ${page.trouble.join("; ") || "no complaint"}`);
        }
        throw error;
      } finally {
        for (const page of open) await page.leave();
      }
    },
    /** person opens a browser window of its own: own cookies, language and size. */
    async person({ url, locale = "en-GB", width = 1440, height = 900, dark = false, scripts = true }) {
      const context = await browser.newContext({
        baseURL: url,
        locale,
        timezoneId: "Europe/Riga",
        viewport: { width, height },
        colorScheme: dark ? "dark" : "light",
        reducedMotion: "reduce",
        javaScriptEnabled: scripts,
      });
      context.setDefaultTimeout(60_000); // what must come does, however busy the machine
      const page = await context.newPage();
      Object.assign(page, watch(context, page, url));
      open.add(page);
      context.once("close", () => open.delete(page));
      return page;
    },
    close: () => browser.close(),
  };
}

/** watch keeps what a page should not do, and adds the looks that a journey takes. */
function watch(context, page, url) {
  const trouble = [];
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
    if (response.status() >= 500) trouble.push(`${response.status()} ${response.url()}`);
  });
  return {
    trouble,
    /** picture writes e2e/out/NAME.png. */
    picture: (name) => page.screenshot({ path: `${out}${name}.png` }),
    /** findings runs axe over the page, or one of its frames, and returns what breaks WCAG 2.2 AA, in lines. */
    async findings(label, frame = page) {
      // The page's CSP keeps foreign scripts out; what the debugger evaluates is not under it.
      await frame.evaluate(axeSource);
      const result = await frame.evaluate(() =>
        // biome-ignore lint/correctness/noUndeclaredVariables: put there by the line above
        axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }),
      );
      return result.violations.flatMap((v) => v.nodes.map((n) => `${label}: ${v.id}: ${n.html.slice(0, 200)}: ${n.failureSummary}`));
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
