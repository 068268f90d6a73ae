// From a change to the screen: a list open in two windows of Chromium beside agents of the protocol, while 50 conversations a second are changed for a minute.
// Measured is from before the change is asked for until the frame with it has been drawn; and which lists are fetched meanwhile, which should be none.
//
//   node e2e/bench/screens.mjs [--sizes 3000] [--agents 198] [--keep FOLDER] [--database postgres://…]    the flags of `tellus bench`
import { Api } from "../house/api.mjs";
import { eventually, run } from "../house/process.mjs";
import { binary } from "../house/tellus.mjs";
import { given, openWindows, part } from "./windows.mjs";

const want = given({ sizes: "3000", agents: "198", keep: "", database: "" });

/** watch runs in a window: it notes when a frame has been drawn that shows a change which was not shown before. */
function watch() {
  const seen = new Set();
  const took = [];
  window.changesSeen = took;
  const looked = () => {
    const fresh = [];
    for (const row of document.querySelectorAll("[data-number]")) {
      const box = row.getBoundingClientRect();
      if (box.bottom < 0 || box.top > innerHeight) continue; // drawn ahead of being scrolled to
      const [, change, at] = /live change (\d+) at (\d+)/.exec(row.textContent) ?? [];
      if (!change || seen.has(change)) continue;
      seen.add(change);
      fresh.push(Number(at) / 1000);
    }
    if (fresh.length === 0) return;
    requestAnimationFrame(() => {
      const drawn = new MessageChannel(); // told once the frame is done
      drawn.port1.onmessage = () => {
        const now = performance.timeOrigin + performance.now();
        for (const at of fresh) took.push(now - at);
      };
      drawn.port2.postMessage(0);
    });
  };
  new MutationObserver(looked).observe(document.querySelector("main, #root, body"), { subtree: true, childList: true, characterData: true, attributes: true });
}

const flags = ["--sizes", want.sizes, "--agents", want.agents, "--mail", "0", "--idle", "0s", "--mail-only", "--hold"];
for (const name of ["keep", "database"]) if (want[name]) flags.push(`--${name}`, want[name]);
const bench = run(binary, ["bench", ...flags], { stdio: ["pipe", "pipe", "pipe"] });
const [, url, email, password] = await eventually(
  "the desk is seeded and its search index filled",
  () => {
    if (bench.child.exitCode !== null) throw new Error(`it ended:\n${bench.said.text}`);
    return /held: (\S+) as (\S+) with the password "([^"]+)"/.exec(bench.said.text);
  },
  3_600_000,
);
const browser = await openWindows();
const api = new Api(url);
await api.post("/session", { email, password });
const windows = [];
for (const layout of ["list", "table"]) {
  const page = await browser.window(api);
  await page.addInitScript((layout) => localStorage.setItem("tellus-layout-all", JSON.stringify(layout)), layout);
  await page.goto("/app/view/all");
  await page.locator("[data-number]").first().waitFor();
  windows.push({ page, layout, fetched: [] });
}
await new Promise((done) => setTimeout(done, 3000)); // what comes after the first rows
for (const w of windows) {
  await w.page.evaluate(watch);
  w.page.on("request", (request) => {
    const { pathname } = new URL(request.url());
    if (pathname.startsWith("/api/")) w.fetched.push(`${request.method()} ${pathname}`);
  });
}
bench.child.stdin.end("\n");
await bench.over;
const all = [];
for (const w of windows) {
  const took = (await w.page.evaluate("window.changesSeen")).sort((a, b) => a - b);
  all.push(...took);
  const lists = w.fetched.filter((f) => f === "GET /api/v1/conversations");
  const others = w.fetched.length - lists.length;
  console.log(`${w.layout.padEnd(6)} ${took.length} changes seen, p50 ${part(took, 0.5).toFixed(1)} ms, p99 ${part(took, 0.99).toFixed(1)} ms, most ${took.at(-1).toFixed(1)} ms;`, `lists fetched: ${lists.length}, other requests: ${others}`);
  if (others) console.log(`       ${[...new Set(w.fetched)].join(", ")}`);
}
all.sort((a, b) => a - b);
console.log(`both   ${all.length} changes seen, p50 ${part(all, 0.5).toFixed(1)} ms, p99 ${part(all, 0.99).toFixed(1)} ms, most ${all.at(-1).toFixed(1)} ms`);
console.log(bench.said.text.trim().split("\n").filter((line) => !/CREATE|held:/.test(line)).join("\n"));
await browser.close();
