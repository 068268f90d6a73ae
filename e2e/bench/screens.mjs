// From a change to the screen: a list open in two windows of Chromium beside agents of the protocol, while 50 conversations a second are changed for a minute.
// Measured is from before the change is asked for until the frame with it has been drawn; and which lists are fetched meanwhile, which should be none.
//
//   node e2e/bench/screens.mjs [--sizes 3000] [--agents 198] [--keep FOLDER] [--database postgres://…]    the flags of `tellus bench`
import { Api } from "../house/api.mjs";
import { eventually, run } from "../house/process.mjs";
import { binary } from "../house/tellus.mjs";
import { given, openWindows, part } from "./windows.mjs";

const want = given({ sizes: "3000", agents: "198", keep: "", database: "" });

/** hook runs in a window before the page: it knows while a frame is being made, and when a change came in by the live line. */
function hook() {
  const heard = new Map();
  window.changesHeard = heard;
  window.WebSocket = class extends WebSocket {
    constructor(...given) {
      super(...given);
      this.addEventListener("message", (message) => {
        const now = performance.timeOrigin + performance.now();
        for (const [, change] of String(message.data).matchAll(/live change (\d+) at/g)) if (!heard.has(change)) heard.set(change, now);
      });
    }
  };
  const ask = window.requestAnimationFrame.bind(window);
  const over = new MessageChannel(); // told once the frame is done
  over.port1.onmessage = () => {
    window.inFrame = false;
  };
  window.requestAnimationFrame = (make) =>
    ask((at) => {
      window.inFrame = true;
      over.port2.postMessage(0);
      make(at);
    });
}

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
      fresh.push({ at: Number(at) / 1000, heard: window.changesHeard.get(change) });
    }
    if (fresh.length === 0) return;
    const drawn = new MessageChannel(); // told once the frame is done
    drawn.port1.onmessage = () => {
      const now = performance.timeOrigin + performance.now();
      for (const { at, heard } of fresh) took.push({ at, toWindow: heard - at, toScreen: now - at });
    };
    const done = () => drawn.port2.postMessage(0);
    if (window.inFrame) done();
    else requestAnimationFrame(done);
  };
  new MutationObserver(looked).observe(document.querySelector("main, #root, body"), { subtree: true, childList: true, characterData: true, attributes: true });
}

/** What is asked for in the first second is not counted: a window that shows its first change ever compiles what draws it. */
const warm = 1000;

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
  await page.addInitScript(hook);
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
const sorted = (all, what) => all.map((one) => one[what]).sort((a, b) => a - b);
const line = (took) => ["toScreen", "toWindow"].map((what) => `p50 ${part(sorted(took, what), 0.5).toFixed(1)} ms, p99 ${part(sorted(took, what), 0.99).toFixed(1)} ms, most ${sorted(took, what).at(-1).toFixed(1)} ms`).join("; of that until the window had heard of it ");
const all = [];
for (const w of windows) {
  let took = await w.page.evaluate("window.changesSeen");
  const first = Math.min(...took.map((one) => one.at));
  const worst = Math.max(...took.filter((one) => one.at < first + warm).map((one) => one.toScreen));
  took = took.filter((one) => one.at >= first + warm);
  all.push(...took);
  const lists = w.fetched.filter((f) => f === "GET /api/v1/conversations");
  const others = w.fetched.length - lists.length;
  console.log(`${w.layout.padEnd(6)} ${took.length} changes seen, ${line(took)}; lists fetched: ${lists.length}, other requests: ${others}; most in the first second ${worst.toFixed(1)} ms`);
  if (others) console.log(`       ${[...new Set(w.fetched)].join(", ")}`);
}
console.log(`both   ${all.length} changes seen, ${line(all)}`);
console.log(bench.said.text.trim().split("\n").filter((line) => !/CREATE|held:/.test(line)).join("\n"));
await browser.close();
