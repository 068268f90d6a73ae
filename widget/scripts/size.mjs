// Fails when the widget costs a website more than it may: the loader 3 KB, everything together 20 KB, compressed.
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

const dist = "../internal/web/widget/dist";
const limits = { "widget.js.br": 3 * 1024, total: 20 * 1024 };
let total = 0;
let over = false;
for (const entry of await readdir(dist, { recursive: true, withFileTypes: true })) {
  if (!entry.name.endsWith(".br")) continue;
  const { size } = await stat(join(entry.parentPath, entry.name));
  total += size;
  over ||= size > (limits[entry.name] ?? limits.total);
  console.log(`${(size / 1024).toFixed(1).padStart(7)} KB  ${entry.name}`);
}
console.log(`${(total / 1024).toFixed(1).padStart(7)} KB  all of the widget (limit ${limits.total / 1024} KB)`);
if (over || total > limits.total || total === 0) {
  console.error("the widget is over its limit, or was not built");
  process.exit(1);
}
