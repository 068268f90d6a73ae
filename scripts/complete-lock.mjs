#!/usr/bin/env node
// complete-lock FOLDER…: adds to a package-lock.json the optional packages of other platforms (esbuild for Windows and the like) that the registry at
// hand did not hold when it was written. npm ci refuses a lock without them, though it would never install them here. Run it after npm install.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const systems = ["aix", "android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "openharmony", "sunos", "win32"];
const processors = ["arm64", "arm", "ia32", "loong64", "mips64el", "ppc64", "riscv64", "s390x", "x64", "wasm32"];

for (const folder of process.argv.slice(2)) {
  const file = join(folder, "package-lock.json");
  const lock = JSON.parse(readFileSync(file, "utf8"));
  const added = [];
  for (const entry of Object.values(lock.packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      const place = `node_modules/${name}`;
      if (lock.packages[place] || !/^\d/.test(version)) continue;
      const words = name.split(/[/-]/);
      const os = words.find((w) => systems.includes(w));
      const cpu = words.find((w) => processors.includes(w));
      if (!os && !cpu) continue; // not a package for one platform
      lock.packages[place] = {
        version,
        ...(cpu ? { cpu: [cpu] } : {}),
        ...(entry.dev ? { dev: true } : {}),
        ...(words.includes("musl") ? { libc: ["musl"] } : words.includes("gnu") ? { libc: ["glibc"] } : {}),
        optional: true,
        ...(os ? { os: [os] } : {}),
      };
      added.push(name);
    }
  }
  lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`${file}: ${added.length} added`);
}
