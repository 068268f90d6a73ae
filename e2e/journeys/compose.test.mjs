// What is written together: a draft that a colleague checks before it goes, in two browsers; a picture that is pasted; macros that move by file; a long mail on paper.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { it } from "node:test";
import { compose } from "../house/mail.mjs";
import { sendMail } from "../house/smtp.mjs";
import { join, start } from "../house/start.mjs";

let desk;
let sink;
let browser;
let api;
let otto;
start({}, async (house) => {
  ({ desk, sink, browser, api } = house);
  otto = await join(api, { name: "Otto Berg", email: "otto@desk.test", role: "supervisor" });
});

/** Waits until a picture is there and was really fetched. */
async function drawn(picture) {
  await picture.waitFor();
  await picture.evaluate(async (img) => {
    await img.decode();
    if (img.naturalWidth === 0) throw new Error("an empty picture");
  });
}

it("has a colleague check a draft, takes his text, and has him send it", () =>
  browser.journey(async () => {
    const mail = compose({ from: "Janis Ozols <janis@home.test>", to: "help@desk.test", subject: "Broken shoes", text: "They are torn." });
    await sendMail({ port: desk.smtpPort, from: "janis@home.test", to: "help@desk.test", raw: mail.raw });
    const page = await browser.person({ url: desk.url });
    await api.enter(page);
    await page.goto("/app/view/all");
    await page.getByRole("link", { name: /Janis Ozols/ }).click();
    await page.getByRole("heading", { name: "Broken shoes" }).waitFor();
    await page.keyboard.press("r");
    const editor = page.getByRole("textbox", { name: "Reply" });
    await editor.click();
    await editor.pressSequentially("We send new ones.");
    // A picture from the clipboard is uploaded and stands in the text.
    await editor.evaluate(async (element) => {
      const canvas = document.createElement("canvas");
      canvas.width = canvas.height = 8;
      const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
      const data = new DataTransfer();
      data.items.add(new File([blob], "shoe.png", { type: "image/png" }));
      element.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
    });
    await editor.locator("img:not(.ProseMirror-separator)").waitFor();

    await page.getByRole("button", { name: "Ask to check" }).click();
    const ask = page.getByRole("dialog", { name: "Ask a colleague to check" });
    await ask.getByLabel("Who").selectOption({ label: "Otto Berg" });
    await ask.getByLabel("A few words").fill("Is it kind enough?");
    await page.picture("review-ask");
    assert.deepEqual(await page.findings("review-ask"), []);
    await ask.getByRole("button", { name: "Ask", exact: true }).click();
    await page.getByText("Otto Berg was asked to check this draft.").waitFor();

    const other = await browser.person({ url: desk.url });
    await otto.enter(other);
    await other.goto("/app/view/mentions");
    await other.getByRole("link", { name: /Janis Ozols/ }).click();
    const theirs = other.getByRole("region", { name: /asks you to check this draft/ });
    await theirs.getByText("We send new ones.").waitFor();
    await drawn(theirs.locator("img"));
    await other.picture("review-theirs");
    assert.deepEqual(await other.findings("review-theirs"), []);
    await theirs.getByRole("button", { name: "Write it better" }).click();
    const better = theirs.getByRole("textbox", { name: /asks you to check/ });
    await better.click();
    await drawn(better.locator("img:not(.ProseMirror-separator)"));
    await other.keyboard.press("ControlOrMeta+Home");
    await other.keyboard.type("We are sorry! ");
    await theirs.getByRole("button", { name: "Give back" }).click();
    await other.getByText("You gave it back to Ann Liepa.").waitFor();

    // The author hears of it without asking, and takes the text.
    await page.getByText("Otto Berg gave it back; see the note.").waitFor();
    await page.getByRole("button", { name: "Take Otto Berg’s text" }).click();
    await editor.getByText("We are sorry! We send new ones.").waitFor();
    await drawn(editor.locator("img:not(.ProseMirror-separator)"));

    // Asked once more, the colleague sends it: in his name, with the picture, and with a word of who wrote it.
    await page.getByRole("button", { name: "Ask to check" }).click();
    await ask.getByLabel("Who").selectOption({ label: "Otto Berg" });
    await ask.getByRole("button", { name: "Ask", exact: true }).click();
    await theirs.getByText("We are sorry! We send new ones.").waitFor();
    for (const scheme of ["light", "dark"]) {
      await other.emulateMedia({ colorScheme: scheme });
      await other.setViewportSize({ width: 380, height: 800 });
      await other.picture(`review-narrow-${scheme}`);
      assert.deepEqual(await other.findings(`review-narrow-${scheme}`), []);
      await other.setViewportSize({ width: 1440, height: 900 });
    }
    await theirs.getByRole("button", { name: "Send it" }).click();
    const answer = await sink.take("the answer", (m) => m.to.includes("janis@home.test"));
    assert.match(answer.raw, /^From: "?Otto Berg/m);
    assert.match(answer.raw, /We are sorry! We send new ones/);
    assert.match(answer.raw, /Content-ID: <[^>]+@tellus>/i);
    await other.getByText("written by Ann Liepa").waitFor();
    await page.getByText("Otto Berg sent your draft.").waitFor();
    await page.getByText("written by Ann Liepa").waitFor();
    await editor.waitFor({ state: "detached" });
    assert.deepEqual(other.trouble, []);
    assert.deepEqual(page.trouble, []);
  }));

it("shows what a file of macros would do, does it, and doubles nothing", () =>
  browser.journey(async () => {
    const page = await browser.person({ url: desk.url });
    await api.enter(page);
    await api.post("/tags", { name: "late", colour: "red" });
    const file = JSON.stringify({ format: "tellus.macros", version: 1, macros: [
      { folder: "Delivery", name: "It is late", audience: "everyone", texts: { en: "<p>Sorry</p>" }, actions: [{ do: "add_tags", tags: ["late", "gone"] }] },
      { name: "Nothing", audience: "personal" },
    ] });
    await page.goto("/app/settings/macros");
    for (const [fresh, how] of [[true, "new"], [false, "as it is"]]) {
      await page.getByRole("button", { name: "Import", exact: true }).click();
      const sheet = page.getByRole("dialog", { name: "Import macros" });
      await sheet.locator("input[type=file]").setInputFiles({ name: "macros.json", mimeType: "application/json", buffer: Buffer.from(file) });
      await sheet.getByText("Delivery › It is late").waitFor();
      await sheet.getByText(how, { exact: true }).waitFor();
      await sheet.getByText("left out", { exact: true }).waitFor();
      await sheet.getByText("not here: gone").waitFor();
      if (!fresh) {
        assert.ok(await sheet.getByRole("button", { name: /^Import/ }).last().isDisabled());
        await page.picture("macro-import");
        assert.deepEqual(await page.findings("macro-import"), []);
        break;
      }
      await sheet.getByRole("button", { name: "Import 1" }).click();
      await page.getByText("It is late").waitFor();
    }
    const { file: out } = await api.get("/macros/export");
    assert.deepEqual(JSON.parse(out).macros.map((m) => m.name), ["It is late"]);
    assert.deepEqual(JSON.parse(out).macros[0].actions[0].tags, ["late"]);
  }));

it("prints a long mail across pages, with every line once", () =>
  browser.journey(async () => {
    const lines = Array.from({ length: 220 }, (_, i) => `Clause ${i + 1} of the contract.`);
    const html = `<style>body{color:#fff;display:none}.row{color:#333}</style><table width="600" height="400" style="height:400px;overflow:hidden"><tr><td><table>${lines
      .map((l) => `<tr><td class="row">${l}</td></tr>`)
      .join("")}</table></td></tr></table>`;
    const mail = compose({ from: "Long Letter <long@home.test>", to: "help@desk.test", subject: "Our contract", text: "See the HTML.", html });
    await sendMail({ port: desk.smtpPort, from: "long@home.test", to: "help@desk.test", raw: mail.raw });
    const page = await browser.person({ url: desk.url });
    await api.enter(page);
    await page.goto("/app/view/all");
    await page.getByRole("link", { name: /Long Letter/ }).click();
    await page.getByRole("heading", { name: "Our contract" }).waitFor();
    const asked = page.waitForResponse((r) => r.url().includes("/print"));
    await page.getByRole("button", { name: "More actions" }).waitFor(); // the command comes with its menu
    await page.keyboard.press("ControlOrMeta+p");
    const paper = await asked;
    assert.equal(paper.status(), 200);
    assert.deepEqual(page.trouble, []);

    // What the browser's own menu prints of the desk, and the page that the command prints.
    await page.frameLocator("article[data-message] iframe").getByText(lines[0]).waitFor();
    const shown = await page.pdf({ format: "A4" });
    await page.locator("article[data-message] iframe").waitFor(); // as before on the screen
    await page.goto(paper.url());
    for (const pdf of [shown, await page.pdf({ format: "A4" })]) {
      const pages = pdf.toString("latin1").match(/\/Type\s*\/Page\b/g)?.length ?? 0;
      assert.ok(pages >= 5, `${pages} pages`);
      const words = execFileSync("pdftotext", ["-layout", "-", "-"], { input: pdf }).toString();
      for (const line of lines) assert.equal(words.split(line).length, 2, `how often the paper says ${JSON.stringify(line)}`);
      assert.match(words, /Our contract/); // the sender's rules reach his own words alone
    }
  }));
