// Hostile HTML in the real conversation view: every payload of the corpus comes as a mail of its own, with itself as subject and as its sender's
// name too, and is opened in the desk. No script may run, no window open, nothing be loaded from elsewhere, and every frame keeps its document.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { it } from "node:test";
import { eventually } from "../house/process.mjs";
import { sendMail } from "../house/smtp.mjs";
import { start } from "../house/start.mjs";

const corpus = process.env.TELLUS_CORPUS;
const folder = corpus && join(corpus, "html");
const skip = folder && existsSync(folder) ? false : "TELLUS_CORPUS names no folder with html/: hostile HTML is not shown";

/** perConversation leaves room for the first mail on the first page of a timeline. */
const perConversation = 49;

/** own are attacks that we thought of, so that the journey says something on each run with any corpus. */
const own = [
  "<script>document.title='owned'</script>",
  "<img src=x onerror=\"document.title='owned'\">",
  "<a href=\"java&#10;script:document.title='owned'\">a</a>",
  '<meta http-equiv="refresh" content="0;url=https://evil.test/">',
  '<base href="https://evil.test/" target="_top"><a href="x">x</a><img src="y.png">',
  '<iframe src="https://evil.test/"></iframe><object data="https://evil.test/x.swf"></object><embed src="https://evil.test/y">',
  '<form action="https://evil.test/" id="f"><button>go</button></form><input form="f" formaction="javascript:alert(1)" autofocus onfocus=alert(1)>',
  '<style>@import "https://evil.test/a.css";body{background:url(https://evil.test/b.png)}</style><div style="background:url(//evil.test/c.png)">x</div>',
  '<link rel="stylesheet" href="https://evil.test/d.css"><link rel="dns-prefetch" href="//evil.test"><link rel="prefetch" href="https://evil.test/e">',
  '<video poster="https://evil.test/f.png" src="https://evil.test/g.mp4" autoplay></video><audio src="https://evil.test/h.mp3" autoplay></audio>',
  '<img srcset="https://evil.test/i.png 1x" src="https://evil.test/j.png"><picture><source srcset="https://evil.test/k.png"><img></picture>',
  '<svg><use href="https://evil.test/l.svg#x"/><image href="https://evil.test/m.png"/><animate attributeName="href" values="javascript:alert(1)"/></svg>',
  '<table background="https://evil.test/n.png"><tr><td background="https://evil.test/o.png">x</td></tr></table>',
  '</body></html><!doctype html><div style="position:fixed;inset:0;z-index:99999">over everything</div>',
  "</iframe></div><script>parent.document.title='owned'</script>",
  '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
];

/** payloads reads all that the category holds: a field of each row, or a file as it is. */
function payloads() {
  const all = [...own];
  const walk = (dir) => {
    for (const name of readdirSync(dir)) {
      const path = join(dir, name);
      if (statSync(path).isDirectory()) walk(path);
      else if (name.endsWith(".jsonl")) {
        for (const line of readFileSync(path, "utf8").split("\n")) {
          if (!line.trim()) continue;
          const row = JSON.parse(line);
          const text = row.payload ?? row.input ?? row.html ?? "";
          if (typeof text === "string" && text) all.push(text);
          // What is said of addresses is tried as a link and as a picture.
          if (row.payload === undefined && typeof row.input === "string" && !row.input.includes("<")) {
            const quoted = row.input.replaceAll("&", "&amp;").replaceAll('"', "&quot;");
            all.push(`<a href="${quoted}">a</a><img src="${quoted}">`);
          }
        }
      } else all.push(readFileSync(path, "utf8"));
    }
  };
  walk(folder);
  return all;
}

const base64 = (text) => (Buffer.from(text).toString("base64").match(/.{1,76}/g) ?? []).join("\n");
const word = (text) => (text.slice(0, 200).match(/[\s\S]{1,30}/gu) ?? []).map((part) => `=?utf-8?B?${Buffer.from(part).toString("base64")}?=`).join("\n ");

/** mail carries a payload as its whole HTML, as its subject and as its sender's name. */
const mail = (id, payload, refersTo) => `From: ${word(payload)} <mallory@home.test>
To: help@desk.test
Subject: ${word(payload)}
Date: ${new Date().toUTCString().replace("GMT", "+0000")}
Message-ID: <${id}@home.test>
${refersTo ? `In-Reply-To: <${refersTo}@home.test>\nReferences: <${refersTo}@home.test>\n` : ""}MIME-Version: 1.0
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: base64

${base64(payload)}
`;

let desk;
let browser;
let api;
start({ skip }, (house) => {
  ({ desk, browser, api } = house);
});

/** many runs fn over a list, so many at a time. */
async function many(list, atOnce, fn) {
  const queue = list.map((value, i) => [value, i]);
  const worker = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) await fn(...next);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

const send = (raw) => sendMail({ port: desk.smtpPort, from: "mallory@home.test", to: "help@desk.test", raw });

/** conversations lists all of them, whatever shelf they were put on. */
async function conversations() {
  const all = [];
  for (const view of ["all", "spam"]) {
    for (let cursor = ""; cursor !== undefined; ) {
      const page = await api.get(`/conversations?view=${view}&limit=100${cursor && `&cursor=${cursor}`}`);
      all.push(...page.items.map((row) => ({ ...row, view })));
      cursor = page.next || undefined;
    }
  }
  return all;
}

/** inside looks at every frame of the conversation, from without: what is in it that should not be, and whether it is still ours. */
const inside = () =>
  Array.from(document.querySelectorAll("iframe"), (frame) => {
    const found = [];
    const doc = frame.contentDocument;
    const address = doc?.location.href ?? "(another origin)";
    if (address === "about:blank" || (doc && doc.readyState !== "complete")) return ["loading"];
    if (!/\/api\/v1\/messages\/\d+\/frame\?/.test(address)) found.push(`the frame shows ${address}`);
    for (const element of doc?.body?.querySelectorAll("*") ?? []) {
      const name = element.localName;
      if (/^(script|iframe|frame|object|embed|applet|base|meta|link|form|input|button|portal|foreignobject|use|animate|set|video|audio|source|track)$/.test(name))
        found.push(`element ${name}`);
      for (const a of element.attributes) {
        if (/^on/i.test(a.name)) found.push(`attribute ${name}.${a.name}`);
        if (/^(href|src|action|formaction|xlink:href|background|poster|srcset)$/i.test(a.name)) {
          const value = a.value.replace(/[\u0000-\u0020]/g, "").toLowerCase();
          const own = value.startsWith("/api/v1/") || value.startsWith("#") || value === "";
          const link = a.name === "href" && /^(https?|mailto|tel|sms|callto|cid|ftp|xmpp|geo|webcal):/.test(value);
          if (!own && !link && !/^data:image\//.test(value)) found.push(`${name}.${a.name}=${a.value.slice(0, 80)}`);
        }
      }
    }
    return found;
  });

/** watched is a window of which seen gets to know what no mail may bring about. */
async function watched(seen) {
  const page = await browser.person({ url: desk.url });
  page.on("dialog", (dialog) => {
    seen.push(`dialog ${dialog.message()}`);
    dialog.dismiss();
  });
  page.context().on("page", (other) => {
    if (other !== page) seen.push(`window ${other.url()}`);
  });
  page.on("download", (file) => seen.push(`download ${file.url()}`));
  page.on("framenavigated", (frame) => {
    if (!frame.url().startsWith(desk.url) && !["about:blank", ""].includes(frame.url())) seen.push(`frame went to ${frame.url()}`);
  });
  await api.enter(page);
  return page;
}

it("runs nothing, opens nothing, loads nothing and stays in its frames", { skip, timeout: 900_000 }, async () => {
  const all = payloads();
  const groups = [];
  for (let i = 0; i < all.length; i += perConversation) groups.push(all.slice(i, i + perConversation));
  const began = Date.now();
  await many(groups, 8, (_, g) => send(mail(`group-${g}`, `Group ${g}`)));
  await eventually("every group has its conversation", async () => (await conversations()).length === groups.length, 60_000);
  await many(all, 12, (payload, i) => send(mail(`attack-${i}`, payload, `group-${Math.floor(i / perConversation)}`)));
  const opened = await eventually(
    "every mail is in its conversation",
    async () => {
      const rows = await conversations();
      return rows.reduce((n, row) => n + row.messages, 0) === all.length + groups.length && rows;
    },
    120_000,
  );
  console.log(`${all.length} mails in ${opened.length} conversations after ${Date.now() - began} ms`);

  const seen = [];
  const bad = [];
  let frames = 0;
  /** look opens a conversation in a window and notes what is wrong. */
  const look = async (page, row) => {
    const place = `/app/view/${row.view}/${row.number}`;
    const { timeline } = await api.get(`/conversations/${row.id}`);
    const rich = timeline.messages.filter((m) => m.rich).length;
    await page.goto(place);
    const looks = await eventually(
      `${rich} frames in conversation #${row.number} have loaded`,
      async () => {
        const list = await page.evaluate(inside);
        return list.length >= rich && !list.some((found) => found[0] === "loading") && list;
      },
      30_000,
    );
    frames += looks.length;
    for (const found of looks) if (found.length > 0) bad.push(`#${row.number}: ${found.join(", ")}`);
    const now = await page.evaluate(() => ({ path: location.pathname, title: document.title }));
    if (now.path !== place) bad.push(`#${row.number}: the desk went to ${now.path}`);
    if (/owned/.test(now.title)) bad.push(`#${row.number}: a script ran: the title is ${now.title}`);
  };
  const queue = [...opened];
  const windows = await Promise.all([1, 2].map(() => watched(seen)));
  await Promise.all(
    windows.map(async (page) => {
      for (let row = queue.shift(); row; row = queue.shift()) await look(page, row);
    }),
  );
  console.log(`${frames} frames looked at after ${Date.now() - began} ms`);
  await windows[0].picture("html-attacks");
  assert.ok(frames > all.length / 4, `only ${frames} frames for ${all.length} mails: is the view the real one?`);
  assert.deepEqual(seen, []);
  assert.deepEqual(
    windows.flatMap((page) => page.trouble),
    [],
  );
  assert.deepEqual(bad, []);
});
