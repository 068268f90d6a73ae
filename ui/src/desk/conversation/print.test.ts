import { expect, it } from "vitest";
import { printWhole } from "./print";

it("prints the server's page in a frame that runs nothing, with the pictures that are shown", async () => {
  document.body.innerHTML =
    '<article data-message="5"><iframe></iframe></article><article data-message="6"><iframe></iframe></article>';
  const shown = document.querySelectorAll("iframe")[1];
  shown?.setAttribute("src", "about:blank?remote=1");
  const printing = printWhole(3);
  const frame = [...document.querySelectorAll("iframe")].at(-1);
  let printed = 0;
  Object.defineProperty(frame, "contentWindow", { value: { print: () => printed++ } });
  frame?.dispatchEvent(new Event("load"));
  await printing;
  expect(printed).toBe(1);
  expect(frame?.getAttribute("src")).toContain("/conversations/3/print?remote=6");
  expect(frame?.getAttribute("sandbox")).toBe("allow-same-origin allow-modals");
});
