// Chromium for measuring: as a person has it, with scroll bars and the machine's own speed, and nothing that watches beside what is measured.
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

const executable = process.env.TELLUS_CHROMIUM ?? ["/usr/bin/chromium", "/usr/bin/google-chrome"].find(existsSync);

/** openWindows starts Chromium; window opens one that is signed in at a desk by its API. */
export async function openWindows() {
  if (!executable) throw new Error("Chromium is not installed (Debian: chromium)");
  const browser = await chromium.launch({
    executablePath: executable,
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
    ignoreDefaultArgs: ["--hide-scrollbars"],
  });
  return {
    async window(api) {
      const context = await browser.newContext({ baseURL: api.url, viewport: { width: 1440, height: 900 }, serviceWorkers: "block" });
      context.setDefaultTimeout(120_000);
      const page = await context.newPage();
      await api.enter(page);
      return page;
    },
    close: () => browser.close(),
  };
}

/** part is the value below which a share of sorted values lies. */
export const part = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];

/** given reads --name value from the command line, and --name alone as true. */
export function given(usual) {
  const all = { ...usual };
  const words = process.argv.slice(2);
  for (let i = 0; i < words.length; i++) {
    const name = words[i].replace(/^--/, "");
    if (!(name in usual)) throw new Error(`there is no ${words[i]}; there are ${Object.keys(usual).map((n) => `--${n}`).join(", ")}`);
    all[name] = typeof usual[name] === "boolean" ? true : words[++i];
  }
  return all;
}
