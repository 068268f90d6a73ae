// The first hour: the link that the server prints, the first administrator, a mailbox on a real Dovecot connected in the settings, and the mail
// that waits in the desk, is answered, and brings the customer's reply into the same conversation.
import assert from "node:assert/strict";
import { it } from "node:test";
import { ann } from "../house/api.mjs";
import { compose, header, text } from "../house/mail.mjs";
import { start } from "../house/start.mjs";

let desk;
let sink;
let dovecot;
let browser;
start({ dovecot: true, owner: false }, (house) => {
  ({ desk, sink, dovecot, browser } = house);
});

/** section is a part of a settings page, by its heading. */
const section = (page, name) => page.locator("section").filter({ has: page.getByRole("heading", { name, exact: true }) });

it("begins with a link, and ends with a customer's mail in the desk", () =>
  browser.journey(async () => {
    const page = await browser.person({ url: desk.url });
    await page.goto("/app/");
    await page.getByText("Tellus is not set up yet").waitFor();

    await page.goto(await desk.setupLink());
    await page.getByRole("heading", { name: "Set up Tellus" }).waitFor();
    assert.deepEqual(await page.findings("set-up"), []);
    await page.getByLabel("Company").fill(ann.company);
    await page.getByLabel("Your name").fill(ann.name);
    await page.getByLabel("Email address").fill(ann.email);
    await page.getByRole("textbox", { name: "Password" }).fill("12345678");
    await page.getByRole("button", { name: "Set up and sign in" }).click();
    await page.getByRole("textbox", { name: "Password", description: /./ }).and(page.locator("[aria-invalid=true]")).waitFor();
    await page.getByRole("textbox", { name: "Password" }).fill(ann.password);
    await page.picture("set-up");
    await page.getByRole("button", { name: "Set up and sign in" }).click();
    await page.waitForURL(/\/app\/first-steps/);
    await page.picture("first-steps");
    assert.deepEqual(await page.findings("first steps"), []);

    await page.goto("/app/settings/inboxes/new");
    await page.getByLabel("Name", { exact: true }).fill("Help");
    await page.getByRole("textbox", { name: "Address", exact: true }).fill("help@desk.test");
    const receiving = section(page, "Receiving");
    await receiving.getByRole("textbox", { name: "Server", exact: true }).fill("127.0.0.1");
    await receiving.getByRole("combobox", { name: "Encryption" }).selectOption({ label: "None (this machine only)" });
    await receiving.getByRole("textbox", { name: "Port", exact: true }).fill(String(dovecot.port));
    await receiving.getByRole("textbox", { name: "User", exact: true }).fill(dovecot.user);
    await receiving.getByLabel("Password", { exact: true }).fill("not the password");
    const sending = section(page, "Sending");
    await sending.getByRole("textbox", { name: "Server", exact: true }).fill("127.0.0.1");
    await sending.getByRole("combobox", { name: "Encryption" }).selectOption({ label: "None (this machine only)" });
    await sending.getByRole("textbox", { name: "Port", exact: true }).fill(String(sink.port));
    await sending.getByRole("combobox", { name: "Sign-in" }).selectOption({ label: "None" });
    await page.getByRole("button", { name: "Test the connection" }).click();
    await page.getByText(/Authentication failed/).waitFor();
    await page.picture("inbox-refused");
    assert.deepEqual(await page.findings("inbox"), []);
    await receiving.getByLabel("Password", { exact: true }).fill(dovecot.password);
    await page.getByRole("button", { name: "Test the connection" }).click();
    await page.getByText("works.").nth(1).waitFor();
    await page.getByRole("button", { name: "Connect", exact: true }).click();
    await page.getByText("Connected").waitFor();
    await page.picture("inbox-connected");

    dovecot.deliver(compose({ from: "Eva Kalna <eva@home.test>", to: "help@desk.test", subject: "Are you there?", text: "Hello?" }).raw);
    await page.goto("/app/view/unassigned");
    await page.getByRole("link", { name: /Eva Kalna.*Are you there\?/s }).click();
    await page.getByRole("heading", { name: "Are you there?" }).waitFor();
    await page.keyboard.press("r");
    await page.getByRole("textbox", { name: "Reply", exact: true }).pressSequentially("We are, from nine to six.");
    await page.keyboard.press("Control+Enter");
    const answer = await sink.take("the first answer", (m) => m.to.includes("eva@home.test"));
    assert.match(text(answer.raw), /We are, from nine to six\./);
    const extra = { "In-Reply-To": header(answer.raw, "Message-ID"), References: header(answer.raw, "Message-ID") };
    dovecot.deliver(compose({ from: "Eva Kalna <eva@home.test>", to: "help@desk.test", subject: "Re: Are you there?", text: "Good to know.", extra }).raw);
    await page.getByRole("region", { name: "Messages and activity" }).getByText("Good to know.").waitFor();
    await page.picture("first-answer");
    await page.goto("/app/view/all");
    await page.getByRole("link", { name: /Good to know\./ }).waitFor();
    assert.equal(await page.getByRole("link", { name: /Are you there\?/ }).count(), 1, "one conversation");
    assert.deepEqual(page.trouble, []);
  }),
);

it("lets nobody in with a wrong password, and its owner with the right one", () =>
  browser.journey(async () => {
    const page = await browser.person({ url: desk.url });
    await page.goto("/app/view/all");
    await page.waitForURL(/\/app\/sign-in/);
    assert.deepEqual(await page.findings("sign-in"), []);
    await page.getByLabel("Email address").fill(ann.email);
    await page.getByRole("textbox", { name: "Password" }).fill("something else entirely");
    await page.getByRole("textbox", { name: "Password" }).press("Enter");
    await page.getByRole("alert").first().waitFor();
    await page.picture("sign-in-refused");
    await page.getByRole("textbox", { name: "Password" }).fill(ann.password);
    await page.getByRole("textbox", { name: "Password" }).press("Enter");
    await page.waitForURL(/\/app\/view\/all/);
    await page.getByRole("link", { name: /Are you there\?/ }).waitFor();
  }),
);
