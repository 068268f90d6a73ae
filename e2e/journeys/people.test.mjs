// Who takes part and what is not sent yet: participants and the composer's Cc, recipients that are suggested, drafts of new mails, files and mails that
// came with a mail, and what somebody sees whose role writes notes only.
import assert from "node:assert/strict";
import { it } from "node:test";
import { Api } from "../house/api.mjs";
import { compose, header, text } from "../house/mail.mjs";
import { eventually } from "../house/process.mjs";
import { sendMail } from "../house/smtp.mjs";
import { start } from "../house/start.mjs";

let desk;
let sink;
let browser;
let api;
start({}, (house) => {
  ({ desk, sink, browser, api } = house);
});

const arrive = (mail, from) => sendMail({ port: desk.smtpPort, from, to: "help@desk.test", raw: mail.raw });
const panel = (page) => page.getByRole("complementary", { name: "Customer" });

/** opened shows the conversation that a mail began. */
async function opened(page, subject) {
  await page.goto("/app/view/all");
  await page.getByRole("link", { name: new RegExp(subject) }).click();
  await page.getByRole("heading", { name: subject }).waitFor();
}

/** pdf is the smallest one that a viewer shows. */
const pdf = [
  "%PDF-1.4",
  "1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj",
  "2 0 obj <</Type/Pages/Kids[3 0 R]/Count 1>> endobj",
  "3 0 obj <</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>> endobj",
  "trailer <</Root 1 0 R>>",
].join("\n");

/** withFiles is a mail that carries another mail, a PDF and a picture. */
function withFiles() {
  const picture = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
  const part = (head, body) => `--files\n${head}\n\n${body}\n`;
  const inner = compose({
    from: "Dace Liepa <dace@carrier.test>",
    to: "eva@home.test",
    subject: "Claim 7731",
    text: "It was damaged on our ramp.\n\nDace",
    html: '<p>It was <b>damaged</b> on our ramp.</p><p>Dace</p><img src="https://tracker.test/a.gif"><script>document.title="owned"</script>',
  });
  return compose({
    from: "Eva Kalna <eva@home.test>",
    to: "help@desk.test",
    subject: "Damaged table",
    text: [
      part("Content-Type: text/plain; charset=utf-8", "See what the carrier wrote."),
      part("Content-Type: message/rfc822\nContent-Disposition: attachment", inner.raw),
      part(
        'Content-Type: application/pdf; name="claim.pdf"\nContent-Disposition: attachment; filename="claim.pdf"\nContent-Transfer-Encoding: base64',
        Buffer.from(pdf).toString("base64"),
      ),
      part(
        'Content-Type: image/png; name="crack.png"\nContent-Disposition: attachment; filename="crack.png"\nContent-Transfer-Encoding: base64',
        picture,
      ),
      "--files--",
    ].join(""),
    extra: { "Content-Type": 'multipart/mixed; boundary="files"' },
  });
}

it("copies somebody in from the panel, and answers him too until he is taken out", () =>
  browser.journey(async () => {
    await arrive(compose({ from: "Rita Ozola <rita@home.test>", to: "help@desk.test", subject: "Hello", text: "Who am I?" }), "rita@home.test");
    await arrive(compose({ from: "Janis Ozols <janis@home.test>", to: "help@desk.test", subject: "Two lamps", text: "Where are they?" }), "janis@home.test");
    const page = await browser.person({ url: desk.url });
    const colleague = await browser.person({ url: desk.url });
    for (const window of [page, colleague]) {
      await api.enter(window);
      await opened(window, "Two lamps");
    }

    await panel(page).getByRole("region", { name: "Participants" }).getByRole("button", { name: "Add", exact: true }).click();
    const field = page.getByRole("combobox", { name: "Whom to copy in from now on" });
    await field.pressSequentially("rit");
    await page.getByRole("option", { name: /Rita Ozola/ }).waitFor();
    assert.deepEqual(await page.findings("suggestions"), []);
    await field.press("Enter");
    // The other window, which did nothing, shows it as well.
    for (const window of [page, colleague]) await panel(window).getByText("copied (Cc)").waitFor();
    await page.getByRole("button", { name: /Cc Rita Ozola/ }).waitFor();

    await field.press("Escape");
    await field.waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Reply to Janis" }).click();
    await page.getByRole("textbox", { name: "Reply" }).pressSequentially("They are on their way.");
    await page.keyboard.press("Control+Enter");
    const answer = await sink.take("the answer to both", (m) => m.to.includes("janis@home.test") && /on their way/.test(text(m.raw)));
    assert.match(header(answer.raw, "Cc"), /rita@home\.test/);

    await panel(page).getByRole("button", { name: "Take Rita Ozola out" }).click();
    for (const window of [page, colleague]) await panel(window).getByText("copied (Cc)").waitFor({ state: "detached" });
    const { replyAllTo } = await api.get(`/conversations/number/${page.url().split("/").at(-1)}`);
    assert.deepEqual(replyAllTo.cc, []);
    assert.deepEqual(page.trouble, []);
  }),
);

it("keeps a new mail among the drafts with its file, and lets it be thrown away and taken back", () =>
  browser.journey(async () => {
    const page = await browser.person({ url: desk.url });
    await api.enter(page);
    await page.goto("/app/new");
    const to = page.getByRole("combobox", { name: "To: add an address" });
    await to.pressSequentially("jan");
    await page.getByRole("option", { name: /Janis Ozols/ }).waitFor();
    await to.press("ArrowDown");
    await to.press("ArrowUp");
    await to.press("Enter");
    await page.getByText("Janis Ozols <janis@home.test>").waitFor();
    await page.getByLabel("Subject").fill("Your guarantee");
    await page.getByRole("textbox", { name: "Text of the mail" }).pressSequentially("It is attached.");
    await page.locator("input[type=file]").setInputFiles({ name: "guarantee.txt", mimeType: "text/plain", buffer: Buffer.from("two years") });
    await page.getByText("guarantee.txt").waitFor();
    await page.getByText("Draft saved").waitFor();
    await eventually("the draft has its file", async () => (await api.get("/drafts")).items[0]?.files.length === 1);
    assert.deepEqual(await page.findings("a new mail"), []);

    // Another browser, in which nothing was written, knows it.
    const other = await browser.person({ url: desk.url, width: 380, height: 760 });
    await api.enter(other);
    await other.goto("/app/drafts");
    const draft = other.getByRole("link", { name: /Your guarantee/ });
    await draft.waitFor();
    assert.match(await draft.innerText(), /Janis Ozols[\s\S]*It is attached\.[\s\S]*guarantee\.txt/);
    await other.picture("drafts");
    assert.deepEqual(await other.findings("drafts"), []);
    await other.getByRole("button", { name: "Throw the draft “Your guarantee” away" }).click();
    await other.getByText("No drafts").waitFor();
    assert.deepEqual(await other.findings("no drafts"), []);
    await other.getByRole("button", { name: "Undo" }).click();
    await draft.click();
    await other.getByText("guarantee.txt").waitFor();
    await other.getByRole("button", { name: "Send", exact: true }).click();
    const sent = await sink.take("the mail from the drafts", (m) => /It is attached\./.test(text(m.raw)));
    assert.match(sent.raw, /guarantee\.txt/);
    await other.goto("/app/drafts");
    await other.getByText("No drafts").waitFor();
    assert.deepEqual([...page.trouble, ...other.trouble], []);
  }),
);

it("shows mails, PDFs and pictures that came with a mail in place", () =>
  browser.journey(async () => {
    await arrive(withFiles(), "eva@home.test");
    const page = await browser.person({ url: desk.url });
    await api.enter(page);
    await opened(page, "Damaged table");

    await page.getByRole("button", { name: /Claim 7731/ }).click();
    const mail = page.getByRole("dialog", { name: "Claim 7731" });
    await mail.frameLocator("iframe").getByText("damaged").waitFor();
    await mail.getByText("<dace@carrier.test>").waitFor();
    await page.picture("attached-mail");
    assert.deepEqual(await page.findings("an attached mail"), []);
    await page.keyboard.press("Escape");
    await mail.waitFor({ state: "detached" });

    await page.getByRole("button", { name: /claim\.pdf/ }).click();
    const viewer = page.getByRole("dialog", { name: "claim.pdf" });
    const source = await viewer.locator("iframe").getAttribute("src");
    const { headers } = await fetch(new URL(source, desk.url), { headers: { Cookie: api.cookie } });
    assert.equal(headers.get("Content-Type"), "application/pdf");
    assert.match(headers.get("Content-Security-Policy"), /sandbox/);
    await viewer.getByRole("button", { name: "Next file" }).press("ArrowRight");
    const picture = page.getByRole("dialog", { name: "crack.png" });
    await picture.getByRole("img", { name: "crack.png" }).waitFor();
    assert.deepEqual(await page.findings("a picture"), []);
    await page.keyboard.press("Escape");
    await picture.waitFor({ state: "detached" });
    assert.deepEqual(page.trouble, []);
  }),
);

it("edits a customer while somebody else does, and loses neither's words", () =>
  browser.journey(async () => {
    const page = await browser.person({ url: desk.url });
    await api.enter(page);
    await opened(page, "Two lamps");
    const { customer } = await api.get(`/conversations/number/${page.url().split("/").at(-1)}`);
    await panel(page).getByRole("button", { name: "Edit" }).click();
    await panel(page).getByLabel("Company").fill("Ozols & Sons");
    await panel(page).getByLabel("Name", { exact: true }).fill("Jānis Ozols");
    await api.patch(`/customers/${customer.id}`, { version: customer.version, name: "Janis O." });
    await panel(page).getByRole("button", { name: "Save" }).click();
    await panel(page).getByRole("alert").getByText(/Janis O\./).waitFor();
    assert.deepEqual(await page.findings("a clash"), []);
    await panel(page).getByRole("button", { name: "Save mine instead" }).click();
    await panel(page).getByRole("heading", { name: "Jānis Ozols" }).waitFor();

    await panel(page).getByRole("button", { name: "Edit" }).click();
    const adding = panel(page).locator("form", { has: page.getByRole("textbox", { name: "New mail address or phone number" }) }).getByRole("button", { name: "Add", exact: true });
    await panel(page).getByRole("textbox", { name: "New mail address or phone number" }).fill("+371 2000 0001");
    await adding.click();
    await panel(page).getByRole("button", { name: /^Remove \+371 ?2000 ?0001/ }).click();
    await page.getByRole("button", { name: "Undo" }).click();
    await panel(page).getByRole("button", { name: /^Remove \+371 ?2000 ?0001/ }).waitFor();
    await panel(page).getByRole("textbox", { name: "New mail address or phone number" }).fill("eva@home.test");
    await adding.click();
    await panel(page).getByText("Another customer uses eva@home.test already").waitFor();

    const now = await api.get(`/customers/${customer.id}`);
    assert.equal(now.name, "Jānis Ozols");
    assert.equal(now.organisation, "Ozols & Sons");
    assert.deepEqual(now.addresses.map((a) => a.value).sort(), ["+37120000001", "janis@home.test"]);
    assert.deepEqual(page.trouble, []);
  }),
);

it("shows whoever writes notes only nothing that is refused", () =>
  browser.journey(async () => {
    const { link } = await api.post("/agents", { name: "Laura Berzina", email: "laura@desk.test", role: "light_agent", language: "en", teams: [] });
    const light = new Api(desk.url);
    await light.post(`/links/${link.split("/").at(-1)}`, { name: "Laura Berzina", password: "five quite plain words here", language: "en", timeZone: "Europe/Riga" });
    const page = await browser.person({ url: desk.url });
    const refused = [];
    page.on("response", (r) => r.status() === 403 && refused.push(r.url()));
    await light.enter(page);
    const day = await api.post("/fields", { target: "conversation", kind: "date", name: "Pick-up", required: false, types: [], inboxes: [], options: [], form: {} });
    const { conversation } = (await api.get("/search/messages?q=%22Damaged+table%22")).items[0];
    await api.patch(`/conversations/${conversation.id}`, { version: conversation.version, fields: { [day.id]: "2026-12-24" } });
    await opened(page, "Damaged table");
    const details = page.getByRole("region", { name: "Details" });
    await details.getByText("24/12/2026").waitFor();
    assert.equal(await details.locator("input, select, textarea").count(), 0, "a control that does nothing");
    for (const name of ["Resolve", "Snooze", /^Assign/, "Reply", "Edit", "Add", /^Take .* out$/, "New mail"])
      assert.equal(await page.getByRole("button", { name, exact: true }).count(), 0, `a button ${name}`);
    assert.equal(await page.getByRole("tab").count(), 1);
    for (const key of ["e", "r", "a", "s", "i", "!", "#", "c"]) await page.keyboard.press(key);
    assert.equal(await page.getByRole("dialog").count(), 0);
    await page.keyboard.press("n");
    await page.getByRole("textbox", { name: "Note" }).pressSequentially("Seen in the warehouse.");
    await page.getByRole("button", { name: "Add note" }).click();
    await page.getByRole("region", { name: "Messages and activity" }).getByText("Seen in the warehouse.").waitFor();
    await page.goto("/app/new");
    await page.getByText("Your role writes notes only").waitFor();
    await page.goto("/app/settings/profile");
    await page.getByRole("heading", { name: "Appearance" }).waitFor();
    assert.equal(await page.getByRole("heading", { name: "Signature" }).count(), 0);

    assert.deepEqual(refused, []);

    // With another role what is open changes at once, both ways.
    await opened(page, "Damaged table");
    const become = async (role) => {
      const { id, version } = (await api.get("/agents")).items.find((a) => a.email === "laura@desk.test");
      await api.patch(`/agents/${id}`, { version, role });
    };
    await become("agent");
    await page.getByRole("tab", { name: "Reply", exact: true }).click();
    await page.getByRole("textbox", { name: "Reply" }).waitFor();
    await become("light_agent");
    await page.getByRole("textbox", { name: "Note" }).waitFor();
    await page.getByRole("button", { name: "Send", exact: true }).waitFor({ state: "detached" });
    await page.locator("[role=tab][aria-selected=true]").getByText("Note").waitFor();
    await page.picture("role-changed");
    assert.deepEqual(page.trouble, []);
  }),
);
