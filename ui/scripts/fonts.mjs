// Cuts Inter down to what the desk shows: Latin with every letter of the official languages of Europe, and Cyrillic. A browser fetches
// a file when it has one of its letters to show (unicode-range in tokens.css), so what the desk's own languages write lies apart from the rest; weights 400 to 700. The results are committed
// (src/theme/fonts), so that a build needs no shaping library; run `npm run fonts` after an update of the font. Other scripts fall back to
// the system's sans serif.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import subsetFont from "subset-font";

const from = "node_modules/@fontsource-variable/inter/files";
const to = "src/theme/fonts";

const range = (first, last) =>
  Array.from({ length: last - first + 1 }, (_, i) => String.fromCodePoint(first + i)).join("");
const without = (text, letters) => [...text].filter((c) => !letters.includes(c)).join("");

// What Latvian, Lithuanian and Polish write beyond Latin-1.
const deskLetters = "ĀāĄąĆćČčĒēĖėĘęĢģĪīĮįĶķĻļŁłŃńŅņŚśŠšŪūŲųŹźŻżŽž";

const subsets = {
  "inter-latin": {
    source: "inter-latin-wght-normal.woff2",
    text: range(0x20, 0x7e) + range(0xa0, 0xff) + "ıŒœˆ˜‐–—‘’‚“”„†•…‰′″‹›⁄€™←↑→↓−≈≠≤≥",
  },
  "inter-latin-desk": {
    source: "inter-latin-ext-wght-normal.woff2",
    text: deskLetters,
  },
  "inter-latin-ext": {
    source: "inter-latin-ext-wght-normal.woff2",
    text: without(range(0x100, 0x17f), deskLetters) + "ȘșȚțẀẁẂẃẄẅẞỲỳ₣₤₱₺₽₿",
  },
  "inter-cyrillic": {
    source: "inter-cyrillic-wght-normal.woff2",
    text: range(0x400, 0x45f) + "Ґґ№",
  },
};

await mkdir(to, { recursive: true });
for (const [name, { source, text }] of Object.entries(subsets)) {
  const out = await subsetFont(await readFile(`${from}/${source}`), text, {
    targetFormat: "woff2",
    variationAxes: { wght: { min: 400, max: 700, default: 400 } },
    keepFeatures: ["kern", "mark", "mkmk", "ccmp", "locl", "tnum"], // no stylistic alternates
  });
  await writeFile(`${to}/${name}.woff2`, out);
  console.log(`${name}.woff2 ${out.length} bytes`);
}
