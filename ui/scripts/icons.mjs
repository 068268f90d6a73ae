// Draws the icons of the installed desk from public/icon.svg: npm run icons. What comes out is committed; it changes only with the drawing.
import { readFile } from "node:fs/promises";
import { chromium } from "playwright-core";

const drawing = await readFile("public/icon.svg", "utf8");
const stroke = /<path[^>]*\/>/.exec(drawing)[0];
const svg = (inner) =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" width="100%" height="100%">${inner}</svg>`;
// A maskable icon fills its square; what matters stays within the middle 80 % (W3C app manifest). A badge is its shape alone, in white.
const masked = svg(
  `<rect width="32" height="32" fill="#f2b84b"/><g transform="translate(3.2 3.2) scale(.8)">${stroke}</g>`,
);
const badge = svg(`<g transform="translate(-8 -8) scale(1.5)">${stroke.replace(/#[0-9a-f]{6}/, "#ffffff")}</g>`);

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox"],
});
for (const [name, size, picture] of [
  ["icon-192", 192, drawing],
  ["icon-512", 512, drawing],
  ["icon-mask-512", 512, masked],
  ["badge-96", 96, badge],
]) {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  await page.setContent(
    `<style>body{margin:0;background:none}svg{display:block;width:100vw;height:100vh}</style>${picture}`,
  );
  await page.screenshot({ path: `public/${name}.png`, omitBackground: true });
  await page.close();
}
await browser.close();
