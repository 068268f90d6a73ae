// Puts a .br and a .gz in the place of every file of the build that gains from it, so that the server sends them as they are. The file itself is left out
// of the binary: the few clients that take neither get it unpacked. index.html stays, since it is read for what it names.
import { readdir, readFile, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const dist = "../internal/web/ui/dist";
const compressible = /\.(js|css|html|svg|json|txt)$/;

await writeFile(join(dist, ".keep"), ""); // the folder is embedded even where nothing was built
for (const entry of await readdir(dist, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !compressible.test(entry.name)) continue;
  const file = join(entry.parentPath, entry.name);
  const raw = await readFile(file);
  if (raw.length < 512) continue;
  await writeFile(
    `${file}.br`,
    brotliCompressSync(raw, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: raw.length },
    }),
  );
  await writeFile(`${file}.gz`, gzipSync(raw, { level: 9 }));
  if (entry.name !== "index.html" && entry.parentPath !== join(dist, ".vite")) await unlink(file);
}
