// Builds the two scripts that internal/web/widget embeds: widget.js, which websites load and which knows nothing but how to open a frame, and the form
// inside of it, whose names hold their hash. Puts .br and .gz beside them, so that the server sends them as they are.
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "vite";

const dist = "../internal/web/widget/dist";
const shared = {
  configFile: false,
  logLevel: "warn",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
};
const output = { outDir: dist, emptyOutDir: false, target: "es2022", modulePreload: false, copyPublicDir: false };

await rm(dist, { recursive: true, force: true });
await build({
  ...shared,
  build: {
    ...output,
    rolldownOptions: { input: "src/loader.ts", output: { format: "iife", entryFileNames: "widget.js" } },
  },
});
await build({
  ...shared,
  build: {
    ...output,
    cssCodeSplit: false,
    rolldownOptions: {
      input: { form: "src/main.tsx" },
      output: { entryFileNames: "assets/form-[hash].js", assetFileNames: "assets/form-[hash][extname]" },
    },
  },
});

await writeFile(join(dist, ".keep"), ""); // the folder is embedded even where nothing was built
for (const entry of await readdir(dist, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !/\.(js|css)$/.test(entry.name)) continue;
  const file = join(entry.parentPath, entry.name);
  const raw = await readFile(file);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: raw.length };
  await writeFile(`${file}.br`, brotliCompressSync(raw, { params }));
  await writeFile(`${file}.gz`, gzipSync(raw, { level: 9 }));
}
