// Every screen of the desk over the demo's data in each language, in light and dark, wide and narrow; by hand, since it takes a while. It prints what it finds:
// findings by axe, words that are not translated, pages wider than the window, controls without a name, texts that are cut off, complaints of the console.
//
//   node e2e/crawl.mjs [--quick] [LANGUAGE…] [-- WORDS…]    only those languages, and screens whose names hold one of the words; --quick leaves axe out
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { openBrowser } from "./house/browser.mjs";
import { settled, startDemo } from "./house/demo.mjs";
import { doors, screens } from "./house/screens.mjs";

const given = process.argv.slice(2);
const cut = given.includes("--") ? given.indexOf("--") : given.length;
const quick = given.includes("--quick");
const asked = given.slice(0, cut).filter((a) => !a.startsWith("--"));
const words = given.slice(cut + 1);
const languages = asked.length > 0 ? asked : ["en", "lv", "lt", "pl"];
const looks = { light: {}, dark: { dark: true }, narrow: { width: 380, height: 780 }, "narrow dark": { width: 380, height: 780, dark: true } };

/** catalogue is every text of the desk in a language, by its key. */
function catalogue(language) {
  const folder = fileURLToPath(new URL("../ui/src/locales/", import.meta.url));
  const all = {};
  const read = (file, before) => {
    const walk = (node, path) => {
      for (const [key, value] of Object.entries(node)) {
        if (typeof value === "string") all[`${before}${path}${key}`] = value;
        else walk(value, `${path}${key}.`);
      }
    };
    walk(JSON.parse(readFileSync(file, "utf8")), "");
  };
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) read(`${folder}${entry.name}/${language}.json`, `${entry.name}:`);
    else if (entry.name === `${language}.json`) read(`${folder}${entry.name}`, "");
  }
  return all;
}

/** foreign are English texts that this language has other words for, and nowhere itself. */
function foreign(language) {
  const [english, own] = [catalogue("en"), catalogue(language)];
  const said = new Set(Object.values(own));
  return Object.entries(english).filter(([key, text]) => own[key] !== text && !said.has(text) && /[a-z]{3}/.test(text)).map(([, text]) => text);
}

/** named are words that the demo's people chose themselves: those stay as they are in every language. */
async function named(api) {
  const lists = await Promise.all(["tags", "types", "fields", "macros", "teams", "inboxes"].map((of) => api.get(`/${of}`).catch(() => ({ items: [] }))));
  return new Set(lists.flatMap((l) => l.items ?? []).map((one) => one.name));
}

/** look runs in the page and returns what is wrong with it, in lines. */
function look(english) {
  const found = [];
  const known = new Set(english);
  const seen = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && element.getClientRects().length > 0;
  const over = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (over > 1) found.push(`the page is ${over} px wider than the window`);
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    const text = node.data.trim();
    if (!text || !node.parentElement || !seen(node.parentElement) || node.parentElement.closest("[data-message],[lang]:not(html),mark,script,style")) continue;
    if (/^[a-z_]+(\.[a-z_]+)+$/.test(text) && !/\.(example|com)$/.test(text)) found.push(`a key instead of words: ${text}`);
    if (known.has(text)) found.push(`English: ${text}`);
  }
  for (const element of document.querySelectorAll("[aria-label],[title],[placeholder]")) {
    for (const name of ["aria-label", "title", "placeholder"]) {
      const text = element.getAttribute(name)?.trim();
      if (text && (known.has(text) || (/^[a-z_]+(\.[a-z_]+)+$/.test(text) && !/\.(example|com)$/.test(text)))) found.push(`English, or a key, in ${name}: ${text}`);
    }
  }
  for (const control of document.querySelectorAll("button,a[href],input:not([type=hidden]),select,textarea,[role=button],[role=tab],[role=menuitem],[role=switch],[role=checkbox]")) {
    if (!seen(control)) continue;
    const labels = [...(control.labels ?? [])].map((l) => l.textContent).join("");
    const by = (control.getAttribute("aria-labelledby") ?? "").split(/\s+/).map((id) => document.getElementById(id)?.textContent ?? "").join("");
    if (![control.getAttribute("aria-label"), by, labels, control.textContent, control.title, control.querySelector("img")?.alt, control.value].some((t) => t?.trim()))
      found.push(`a control without a name: ${control.outerHTML.slice(0, 120)}`);
    const style = getComputedStyle(control);
    const full = control.getAttribute("title") ?? control.getAttribute("aria-label");
    if (/BUTTON/.test(control.tagName) && !full && control.scrollWidth > control.clientWidth + 1 && style.overflowX !== "visible")
      found.push(`cut off: ${control.textContent.trim().slice(0, 60)} (${control.scrollWidth} in ${control.clientWidth} px)`);
    const box = control.getBoundingClientRect();
    if (box.width > 0 && (box.left < -1 || box.right > innerWidth + 1) && !control.closest("[data-scrolls],table,[role=tablist],pre") && box.top < innerHeight) {
      let scroller = control.parentElement;
      while (scroller && !/auto|scroll|hidden/.test(getComputedStyle(scroller).overflowX)) scroller = scroller.parentElement;
      if (!scroller || scroller === document.documentElement || scroller === document.body) found.push(`sticks out: ${control.outerHTML.slice(0, 100)}`);
    }
  }
  for (const element of document.querySelectorAll("h1,h2,h3,label,legend,th,dt,summary,[role=tab],p")) {
    if (!seen(element) || element.title || element.closest("[data-message],[title]") || getComputedStyle(element).overflowX === "visible") continue;
    if (element.clientWidth > 1 && element.scrollWidth > element.clientWidth + 1) found.push(`cut off: ${element.textContent.trim().slice(0, 60)} (${element.scrollWidth} in ${element.clientWidth} px)`);
  }
  return [...new Set(found)];
}

const demo = await startDemo();
const browser = await openBrowser();
const found = new Map(); // what, to where
let pages = 0;
try {
  const api = await demo.as("emma");
  const all = await screens(api);
  const theirs = await named(api);
  const wanted = (name) => words.length === 0 || words.some((word) => name.includes(word));
  for (const language of languages) {
    await api.patch("/profile", { version: (await api.get("/profile")).version, language });
    const english = language === "en" ? [] : foreign(language).filter((text) => !theirs.has(text));
    for (const [name, window] of Object.entries(looks)) {
      const stranger = await browser.person({ url: demo.url, locale: language, ...window });
      const agent = await browser.person({ url: demo.url, locale: language, ...window });
      await api.enter(agent);
      for (const [page, list] of [[stranger, doors], [agent, all]]) {
        for (const [screen, path] of Object.entries(list).filter(([screen]) => wanted(screen))) {
          const where = `${language} ${name} ${screen}`;
          const add = (what) => found.set(what, [...(found.get(what) ?? []), where]);
          try {
            await page.goto(path);
            await settled(page);
            for (const what of await page.evaluate(look, english)) add(what);
            if (!quick) for (const line of await page.findings("", page)) add(`axe${line}`);
          } catch (error) {
            add(`not seen: ${error.message.split("\n")[0]}`);
          }
          for (const line of page.trouble.splice(0)) add(line);
          pages++;
        }
      }
      await Promise.all([stranger.leave(), agent.leave()]);
    }
  }
} finally {
  await browser.close();
  await demo.stop();
}
for (const [what, where] of found) console.log(`${what}\n    ${where.length} times: ${where.slice(0, 4).join("; ")}`);
console.log(`${pages} pages, ${found.size} findings`);
