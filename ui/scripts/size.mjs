// Fails when the first load of the desk costs more than 250 KB over the wire: the page, the scripts and styles that the desk needs before
// its first row and an open conversation, one catalogue of words, and the cuts of the font that hold the letters of the
// desk's languages. What is loaded on demand (editor, settings, other letters) does not count.
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";

const dist = "../internal/web/ui/dist";
const limit = 250 * 1024;
const manifest = JSON.parse(await readFile(join(dist, ".vite/manifest.json"), "utf8"));

const files = new Set(["index.html", "theme.js", "icon.svg"]);
const seen = new Set();
function collect(key) {
  if (seen.has(key)) return;
  seen.add(key);
  const chunk = manifest[key];
  if (!chunk) throw new Error(`no ${key} in the manifest`);
  files.add(chunk.file);
  for (const css of chunk.css ?? []) files.add(css);
  for (const asset of chunk.assets ?? []) if (!/inter-(cyrillic|latin-ext)-/.test(asset)) files.add(asset);
  for (const next of chunk.imports ?? []) collect(next);
}
for (const key of [
  "index.html",
  "src/app/Shell.tsx",
  "src/desk/Desk.tsx",
  "src/desk/conversation/Conversation.tsx",
  "src/locales/pl.json",
]) {
  collect(key);
}

async function wire(file) {
  for (const suffix of [".br", ""]) {
    const info = await stat(join(dist, file + suffix)).catch(() => null);
    if (info) return info.size;
  }
  throw new Error(`no ${file} in the build`);
}

let total = 0;
for (const file of [...files].sort()) {
  const bytes = await wire(file);
  total += bytes;
  console.log(`${(bytes / 1024).toFixed(1).padStart(7)} KB  ${file}`);
}
console.log(`${(total / 1024).toFixed(1).padStart(7)} KB  first load of the desk (limit ${limit / 1024} KB)`);
if (total > limit) {
  console.error("the first load of the desk is over its limit");
  process.exit(1);
}
