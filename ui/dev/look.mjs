// Looks at the screens: node dev/look.mjs [folder] takes pictures of a running desk (default: a mock preview on port 4173) and runs axe.
import { mkdir, readFile } from "node:fs/promises";
import { chromium } from "playwright-core";

const out = process.argv[2] ?? "/tmp/tellus-look";
const only = process.argv[3];
const base = process.env.TELLUS_URL ?? "http://127.0.0.1:4173";
const axe = await readFile("node_modules/axe-core/axe.min.js", "utf8");
await mkdir(out, { recursive: true });

const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
});

const wide = { width: 1720, height: 980 };
const phone = { width: 380, height: 820 };
const shots = [
  { name: "desk", path: "/app/view/mine/10498", size: wide },
  { name: "desk-zane", path: "/app/view/mine/10499", size: wide },
  { name: "desk-dark", path: "/app/view/mine/10498", size: wide, dark: true },
  {
    name: "compose",
    path: "/app/view/mine/10498",
    size: wide,
    act: async (p) => {
      await p.keyboard.press("r");
      await p.keyboard.type("Panie Marku, korekta FV/2026/1182/K w załączniku.");
      await p.waitForTimeout(1500);
    },
  },
  {
    name: "note-dark",
    path: "/app/view/mine/10498",
    size: wide,
    dark: true,
    act: async (p) => {
      await p.keyboard.press("n");
      await p.waitForTimeout(600);
      await p.keyboard.type("Please look, @To");
      await p.waitForTimeout(500);
    },
  },
  { name: "list", path: "/app/view/all", size: { width: 1280, height: 800 } },
  { name: "empty", path: "/app/view/mentions", size: { width: 1280, height: 800 } },
  { name: "long", path: "/app/view/mine/10492", size: { width: 1100, height: 800 } },
  { name: "phone-list", path: "/app/view/mine", size: phone, touch: true },
  { name: "phone", path: "/app/view/mine/10498", size: phone, touch: true },
  { name: "phone-dark", path: "/app/view/mine/10499", size: phone, touch: true, dark: true },
  {
    name: "palette",
    path: "/app/view/mine/10498",
    size: wide,
    act: async (p) => {
      await p.keyboard.press("Control+k");
      await p.waitForTimeout(300);
      await p.keyboard.type("mar");
      await p.waitForTimeout(600);
    },
  },
  {
    name: "keys",
    path: "/app/view/mine/10498",
    size: wide,
    act: async (p) => {
      await p.keyboard.press("?");
      await p.waitForTimeout(400);
    },
  },
  {
    name: "more",
    path: "/app/view/mine/10498",
    size: wide,
    act: async (p) => {
      await p.getByRole("button", { name: "More actions" }).click();
      await p.waitForTimeout(400);
    },
  },
  {
    name: "snooze",
    path: "/app/view/mine/10498",
    size: wide,
    act: async (p) => {
      await p.keyboard.press("s");
      await p.waitForTimeout(400);
    },
  },
  {
    name: "assign",
    path: "/app/view/mine/10498",
    size: wide,
    act: async (p) => {
      await p.keyboard.press("i");
      await p.waitForTimeout(400);
    },
  },
  { name: "new", path: "/app/new", size: { width: 1280, height: 800 } },
  {
    name: "record",
    path: "/app/view/mine/10498",
    size: { width: 1280, height: 900 },
    act: async (p) => {
      await p.keyboard.press("Shift+C");
      await p.waitForTimeout(600);
    },
  },
  { name: "lost", path: "/app/view/all/99", size: { width: 1280, height: 800 } },
  { name: "pl", path: "/app/view/mine/10498", size: { width: 1440, height: 860 }, language: "pl" },
  { name: "lt", path: "/app/view/all/10497", size: { width: 1440, height: 860 }, language: "lt" },
  { name: "lv", path: "/app/view/snoozed/10496", size: { width: 1440, height: 860 }, language: "lv" },
];

for (const shot of shots) {
  if (only && !only.split(",").includes(shot.name)) continue;
  const context = await browser.newContext({
    viewport: shot.size,
    colorScheme: shot.dark ? "dark" : "light",
    hasTouch: shot.touch ?? false,
    isMobile: shot.touch ?? false,
    locale: "en-GB",
  });
  const page = await context.newPage();
  page.on("console", (m) => m.type() === "error" && console.log(`${shot.name}: console: ${m.text()}`));
  page.on("pageerror", (e) => console.log(`${shot.name}: error: ${e.message}`));
  if (shot.language) {
    await page.route("**/api/v1/session", async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ json: { ...(await answer.json()), language: shot.language } });
    });
  }
  await page.goto(base + shot.path, { waitUntil: "networkidle" });
  await page.waitForTimeout(400);
  await shot.act?.(page);
  await page.screenshot({ path: `${out}/${shot.name}.png` });
  await page.evaluate(axe);
  const found = await page.evaluate(() =>
    window.axe.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
      iframes: false,
    }),
  );
  for (const v of found.violations) {
    console.log(`${shot.name}: axe ${v.id} (${v.impact}): ${v.nodes.length} × ${v.help}`);
    for (const n of v.nodes.slice(0, 2))
      console.log(`    ${n.html.slice(0, 160)}\n    ${n.failureSummary?.split("\n")[1] ?? ""}`);
  }
  const sideways = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  if (sideways > 0) console.log(`${shot.name}: scrolls sideways by ${sideways}px`);
  await context.close();
}
await browser.close();
