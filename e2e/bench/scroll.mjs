// How long the desk's main thread is held up while a list of a hundred thousand rows is scrolled: by wheel, by keys and by its scroll bar, as a list and as a table, at rest and while
// rows change. Chromium's own trace says how long each task took, by the clock and by the processor.
//
//   node e2e/bench/scroll.mjs --data FOLDER [--view finished] [--rows 100000] [--database postgres://…]    over a desk that `tellus bench --keep` seeded
import { Api } from "../house/api.mjs";
import { eventually, freePort, run } from "../house/process.mjs";
import { binary } from "../house/tellus.mjs";
import { given, openWindows } from "./windows.mjs";

const want = given({ data: "", view: "finished", rows: "100000", database: "", email: "bench@bench.test", password: "milliseconds and mails" });
const long = 50; // milliseconds

const port = await freePort();
const args = ["serve", "--listen", `127.0.0.1:${port}`, "--smtp-listen", `127.0.0.1:${await freePort()}`, "--data", want.data];
if (want.database) args.push("--database", want.database);
const server = run(binary, args);
const api = new Api(`http://127.0.0.1:${port}`);
await eventually("the server answers", async () => {
  if (server.child.exitCode !== null) throw new Error(`it ended:\n${server.said.text}`);
  return (await fetch(`${api.url}/api/v1/status`)).ok;
});
await api.post("/session", { email: want.email, password: want.password });
const browser = await openWindows();
const page = await browser.window(api);
const debug = await page.context().newCDPSession(page);

/** traced runs fn under Chromium's trace, and prints how long the tasks of the page's main thread took in it. */
async function traced(what, fn) {
  const events = [];
  const more = ({ value }) => events.push(...value);
  debug.on("Tracing.dataCollected", more);
  await debug.send("Tracing.start", { transferMode: "ReportEvents", traceConfig: { includedCategories: ["disabled-by-default-devtools.timeline", "devtools.timeline", "blink.user_timing"], excludedCategories: ["*"] } });
  await page.evaluate((what) => performance.mark(`begin ${what}`), what);
  await fn();
  const over = new Promise((done) => debug.once("Tracing.tracingComplete", done));
  await debug.send("Tracing.end");
  await over;
  debug.off("Tracing.dataCollected", more);
  const mark = events.find((e) => e.name === `begin ${what}`);
  const ours = events.filter((e) => e.pid === mark.pid && e.tid === mark.tid && e.ph === "X");
  const tasks = ours.filter((e) => e.name === "RunTask" && e.ts >= mark.ts);
  const by = (field) => tasks.map((t) => (t[field] ?? 0) / 1000).sort((a, b) => b - a);
  const [clock, cpu] = [by("dur"), by("tdur")];
  const over50 = clock.filter((ms) => ms > long).length;
  console.log(`${what.padEnd(34)} ${String(tasks.length).padStart(6)} tasks; longest ${clock.slice(0, 3).map((ms) => ms.toFixed(1)).join(", ")} ms, of processor time ${cpu[0].toFixed(1)} ms; above ${long} ms: ${over50}`);
  const worst = tasks.reduce((a, b) => (a.dur > b.dur ? a : b));
  if (worst.dur / 1000 > long) {
    const within = ours.filter((e) => e !== worst && e.ts >= worst.ts && e.ts + e.dur <= worst.ts + worst.dur && e.dur > 3000).sort((a, b) => b.dur - a.dur);
    for (const e of within.slice(0, 6)) console.log(`      ${e.name} ${(e.dur / 1000).toFixed(1)} ms ${e.args?.data?.functionName ?? ""} ${e.args?.data?.url?.split("/").at(-1) ?? ""}`);
  }
}

const pause = (ms) => new Promise((done) => setTimeout(done, ms));
/** scroller is what scrolls the rows, as an expression in the page. */
const scroller = `(() => { let at = document.querySelector("[data-index]"); while (at && !(at.scrollHeight > at.clientHeight + 10 && /auto|scroll/.test(getComputedStyle(at).overflowY))) at = at.parentElement; return at; })()`;
const read = (what) => page.evaluate(`${scroller}.${what}`);
/** loaded is how many rows the list has, by what its rows say of themselves or by its height. */
const loaded = (height) => read("scrollHeight").then((all) => Math.round(all / height));

/** grow goes to the end again and again until the list has so many rows. */
async function grow(rows, height) {
  const begun = Date.now();
  for (let last = 0; last < rows; ) {
    await page.evaluate(`new Promise((done) => { const s = ${scroller}; let n = 0; const step = () => { s.scrollTop = s.scrollHeight; if (n++ < 60) requestAnimationFrame(step); else done(); }; step(); })`);
    const now = await loaded(height);
    if (now === last && Date.now() - begun > 600_000) throw new Error(`the list stays at ${now} rows`);
    last = now;
  }
  console.log(`${await loaded(height)} rows after ${((Date.now() - begun) / 1000).toFixed(0)} s`);
}

async function wheel() {
  const box = await page.evaluate(`(({ x, y, width, height }) => ({ x, y, width, height }))(${scroller}.getBoundingClientRect())`);
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  for (const [by, times] of [[120, 60], [900, 60], [-900, 40], [-120, 40]]) for (let n = 0; n < times; n++) {
    await page.mouse.wheel(0, by);
    await pause(16);
  }
}

async function keys() {
  await page.evaluate(`${scroller}.querySelector("a[data-number], [data-index][tabindex]").focus({ preventScroll: true })`);
  for (const [key, times] of [["PageDown", 40], ["PageUp", 30], ["End", 1], ["PageUp", 20], ["Home", 1], ["PageDown", 10]]) for (let n = 0; n < times; n++) {
    await page.keyboard.press(key);
    await pause(30);
  }
}

/** drag takes the scroll bar by its thumb to a share of its way. */
async function drag(to) {
  const box = await page.evaluate(`(() => { const s = ${scroller}; const b = s.getBoundingClientRect(); return { right: b.left + s.clientLeft + s.offsetWidth - 2, top: b.top, height: s.clientHeight, wide: s.offsetWidth - s.clientWidth, at: s.scrollTop / (s.scrollHeight - s.clientHeight) }; })()`);
  if (box.wide === 0) throw new Error("there is no scroll bar to drag");
  const way = (share) => box.top + 18 + share * (box.height - 36);
  await page.mouse.move(box.right - 3, way(box.at));
  await page.mouse.down();
  await page.mouse.move(box.right - 3, way(to), { steps: 60 });
  await pause(200);
  await page.mouse.up();
  await pause(300);
  const at = await page.evaluate(`(() => { const s = ${scroller}; return s.scrollTop / (s.scrollHeight - s.clientHeight); })()`);
  if (Math.abs(at - box.at) < 0.2) throw new Error(`the scroll bar was dragged to ${to} and stands at ${at}`);
}

/** changing has 50 rows a second changed while fn runs, most of them among what is seen at the beginning of the view. */
async function changing(fn) {
  const { items } = await api.get(`/conversations?view=${want.view}&sort=newest&limit=100`);
  let n = 0;
  const under = new Set();
  const timer = setInterval(() => {
    const c = items[n % items.length];
    const going = api.patch(`/conversations/${c.id}`, { version: c.version, subject: `scrolled by ${n++}` }).then((next) => Object.assign(c, next), () => {});
    under.add(going);
    going.finally(() => under.delete(going));
  }, 20);
  try {
    await fn();
  } finally {
    clearInterval(timer);
    await Promise.all(under);
  }
}

async function round(layout) {
  const home = () => page.evaluate(`void (${scroller}.scrollTop = 0)`).then(() => pause(500));
  await home();
  await traced(`${layout}, wheel`, wheel);
  await home();
  await traced(`${layout}, keys`, keys);
  await home();
  await traced(`${layout}, bar to the middle`, () => drag(0.5));
  await traced(`${layout}, bar to the end`, () => drag(1));
  await home();
  await traced(`${layout}, wheel, 50 changes a second`, () => changing(wheel));
  await traced(`${layout}, bar, 50 changes a second`, () => changing(() => drag(0.5)));
}

try {
  await page.addInitScript(() => {
    window.held = [];
    new PerformanceObserver((list) => window.held.push(...list.getEntries().map((e) => e.duration))).observe({ type: "longtask" });
  });
  await page.goto(`/app/view/${want.view}`);
  await page.locator("[data-number]").first().waitFor();
  await page.evaluate("held.length = 0");
  await grow(Number(want.rows), 108);
  console.log(`tasks above 50 ms while it grew: ${(await page.evaluate("held")).map(Math.round).sort((a, b) => b - a).slice(0, 5).join(", ") || "no"}`);
  await round("list");
  await page.getByRole("button", { name: "This view" }).click();
  await page.getByRole("menuitem", { name: "As a table" }).click();
  await page.locator('[role="row"][data-number]').first().waitFor();
  await round("table");
} finally {
  await browser.close();
  server.child.kill("SIGTERM");
  await server.over;
}
