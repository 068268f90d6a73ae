// Answers that leave later: seen in the conversation and among the drafts, held back when the customer writes before, sent at once when asked for. And a
// signed container that came with a mail.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { it } from "node:test";
import { compose, text } from "../house/mail.mjs";
import { eventually } from "../house/process.mjs";
import { sendMail } from "../house/smtp.mjs";
import { start } from "../house/start.mjs";
import { zip } from "../house/zip.mjs";

let desk;
let sink;
let browser;
let api;
start({}, (house) => {
  ({ desk, sink, browser, api } = house);
});

const from = "Janis Ozols <janis@home.test>";
const write = (mail) => sendMail({ port: desk.smtpPort, from: "janis@home.test", to: "help@desk.test", raw: mail.raw });

it("schedules an answer, holds it back when the customer writes before, and sends it when asked to", () =>
  browser.journey(async () => {
    const page = await browser.person({ url: desk.url });
    await api.enter(page);
    const first = compose({ from, to: "help@desk.test", subject: "Delivery", text: "When does it come?" });
    await write(first);
    await page.goto("/app/view/all");
    await page.getByRole("link", { name: /Janis Ozols/ }).click();
    await page.getByRole("heading", { name: "Delivery" }).waitFor();
    await page.keyboard.press("r");
    const editor = page.getByRole("textbox", { name: "Reply" });
    await editor.click();
    await editor.pressSequentially("It comes on Friday.");
    await page.getByRole("button", { name: "Send later, and other ways" }).click();
    const ways = page.getByRole("dialog", { name: "Send later, and other ways" });
    assert.deepEqual(await page.findings("send-later"), []);
    await page.picture("send-later");
    await ways.getByRole("button", { name: /^Tomorrow/ }).first().click();
    await page.getByText(/^Leaves .*If the customer writes before/).waitFor();
    await page.picture("scheduled");
    const row = async () => (await api.get("/conversations?view=snoozed")).items.find((c) => c.subject === "Delivery");
    assert.ok(await row(), "the conversation waits out of sight");

    await page.goto("/app/drafts");
    await page.getByRole("region", { name: "Scheduled" }).getByText("It comes on Friday.").click();
    await page.getByText(/^Leaves /).waitFor();
    const leaves = async () => (await api.get("/scheduled")).items[0].sendAt;
    const before = await leaves();
    await page.getByRole("button", { name: "Another time" }).click();
    const times = page.getByRole("dialog", { name: "Another time" });
    await page.picture("another-time");
    await times.getByRole("button", { name: /^(Monday|In a week)/ }).last().click();
    await page.getByText(/^Will leave /).waitFor();
    assert.ok((await leaves()) > before, "it leaves later");

    await write(compose({ from, to: "help@desk.test", subject: "Re: Delivery", text: "Never mind, it came.", extra: { "In-Reply-To": first.id } }));
    await page.getByText("Not sent: the customer wrote before its time.").waitFor();
    assert.deepEqual(await page.findings("held-back"), []);
    await page.picture("held-back");
    assert.equal(await row(), undefined, "the conversation is back");
    await page.getByRole("button", { name: "Send now" }).click();
    const answer = await sink.take("the answer", (m) => /on Friday/.test(text(m.raw)));
    assert.match(text(answer.raw), /It comes on Friday\./);
    await page.getByText("Not sent: the customer wrote before its time.").waitFor({ state: "detached" });

    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Snooze", exact: true }).click();
    await page.getByRole("button", { name: "Until somebody writes" }).click();
    await page.getByText("Until somebody writes").first().waitFor();
    await eventually("it is put off until then", async () => (await row())?.untilReply);

    // Put off until something happens beside it: a colleague's note brings it back at once.
    const other = (await api.post("/conversations/record", { inbox: 1, name: "Port", channel: "phone", record: { direction: "in" }, subject: "Strike", at: new Date().toISOString(), html: "<p>No trucks.</p>", attachments: [] })).conversation;
    const here = (await api.get("/conversations?view=snoozed")).items[0];
    await api.post(`/conversations/${here.id}/links`, { conversation: other.id, kind: "problem" });
    await page.getByRole("button", { name: "Snooze", exact: true }).click();
    await page.getByRole("dialog", { name: "Come back to it" }).getByText(`Until #${other.number} is resolved`).click();
    await page.getByText(`Until #${other.number} is resolved`).first().waitFor();
    await page.getByText(new RegExp(`snoozed until #${other.number} is resolved, .* at the latest`)).waitFor();
    await page.getByRole("button", { name: "Snooze", exact: true }).click();
    await page.getByText("Until a colleague writes").waitFor();
    assert.deepEqual(await page.findings("snooze-events"), []);
    await page.picture("snooze-events");
    await page.keyboard.press("Escape");
    await api.patch(`/conversations/${other.id}`, { version: (await api.get(`/conversations/${other.id}`)).conversation.version, status: "resolved" });
    await page.getByText(`back: #${other.number} is resolved`).waitFor();
    assert.equal(await row(), undefined, "it is back");
    assert.deepEqual(page.trouble, []);
  }));

it("opens a signed container: its files, who signed them, and that nobody has verified it", () =>
  browser.journey(async () => {
    const pem = execFileSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "/dev/null", "-days", "30", "-utf8",
      "-subj", "/GN=Anna/SN=Kalniņa/CN=KALNIŅA ANNA PNOLV-010101-10101/O=SIA Ozols"], { stdio: ["ignore", "pipe", "ignore"] }).toString();
    const certificate = pem.replace(/-----[^-]+-----|\s/g, "");
    const contract = "%PDF-1.4 the contract";
    const digest = (s) => createHash("sha256").update(s).digest("base64");
    const reference = (name, content) =>
      `<ds:Reference URI="${encodeURIComponent(name)}"><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue>${digest(content)}</ds:DigestValue></ds:Reference>`;
    const signatures = `<asic:XAdESSignatures xmlns:asic="http://uri.etsi.org/02918/v1.2.1#" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" xmlns:xades="http://uri.etsi.org/01903/v1.3.2#"><ds:Signature>
<ds:SignedInfo>${reference("līgums.pdf", contract)}${reference("tāme.txt", "100 EUR")}</ds:SignedInfo><ds:KeyInfo><ds:X509Data><ds:X509Certificate>${certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>
<ds:Object><xades:QualifyingProperties><xades:SignedProperties><xades:SignedSignatureProperties><xades:SigningTime>2026-03-04T10:11:12Z</xades:SigningTime></xades:SignedSignatureProperties></xades:SignedProperties></xades:QualifyingProperties></ds:Object></ds:Signature></asic:XAdESSignatures>`;
    const container = zip([["mimetype", "application/vnd.etsi.asic-e+zip"], ["līgums.pdf", contract], ["tāme.txt", "900 EUR"], ["META-INF/signatures0.xml", signatures]]);
    const mail = compose({
      from, to: "help@desk.test", subject: "Signed contract", extra: { "Content-Type": 'multipart/mixed; boundary="m"' },
      text: `--m\nContent-Type: text/plain\n\nHere it is.\n--m\nContent-Type: application/octet-stream; name="contract.edoc"\nContent-Disposition: attachment; filename="contract.edoc"\nContent-Transfer-Encoding: base64\n\n${container.toString("base64").replace(/(.{76})/g, "$1\n")}\n--m--`,
    });
    await write(mail);
    const page = await browser.person({ url: desk.url });
    await api.enter(page);
    await page.goto("/app/view/all");
    await page.getByRole("link", { name: /Signed contract/ }).click();
    await page.getByRole("button", { name: /contract\.edoc/ }).click();
    const inside = page.getByRole("dialog", { name: "contract.edoc" });
    await inside.getByText("Anna Kalniņa").waitFor();
    await inside.getByText("Something in here is not what was signed.").waitFor();
    await inside.getByText("unchanged since it was signed").waitFor();
    await inside.getByText("changed after it was signed", { exact: false }).last().waitFor();
    await inside.getByText("Not verified").waitFor();
    assert.doesNotMatch(await inside.getByText("Anna Kalniņa").innerText(), /010101/, "the signer's code is shown");
    assert.deepEqual(await page.findings("container"), []);
    await page.picture("container");
    const download = page.waitForEvent("download");
    await inside.getByRole("link", { name: "Download tāme.txt" }).click();
    assert.equal((await download).suggestedFilename(), "tāme.txt");
    assert.deepEqual(page.trouble, []);
  }));
