// Screens that begin as another and are brought about: menus, sheets, the composer.
import { settled } from "./demo.mjs";

const composer = (page) => page.locator("[contenteditable=true]").first().waitFor();
const sheet = (page) => page.getByRole("dialog").first().waitFor();

/** opened waits until a screen stands, so that its keys are heard, and presses one. */
const opened = (key, then) => async (page) => {
  await page.locator("h1").first().waitFor();
  await page.keyboard.press(key);
  await then(page);
};

/** States are by name: the screen where they begin, and what is done there. */
export const states = {
  palette: ["view-all", opened("Control+k", sheet)],
  shortcuts: ["view-all", opened("?", sheet)],
  composer: ["conversation-with-pictures", opened("r", composer)],
  note: ["conversation-latvian", opened("n", composer)],
  forward: ["conversation-with-pictures", opened("f", composer)],
  clocks: ["conversation-late", opened("Shift+d", sheet)],
  "view-table": ["view-all", async (page) => {
    await page.getByRole("button", { name: "This view" }).click();
    await page.getByRole("menuitem", { name: "As a table" }).click();
    await page.getByRole("row").nth(1).waitFor();
  }],
  "view-editor": ["view-all", opened("Shift+V", sheet)],
};

/** show brings a state about. */
export async function show(page, screens, [begin, act]) {
  await page.goto(screens[begin]);
  await settled(page);
  await act(page);
  await settled(page);
}
