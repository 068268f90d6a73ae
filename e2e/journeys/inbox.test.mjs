// A mailbox that does not work: what the test of its connection says of servers that really fail, how it fares once it is connected and its server goes
// away, and an authorisation that was declined at the provider.
import assert from "node:assert/strict";
import { it } from "node:test";
import { inbox } from "../house/api.mjs";
import { compose } from "../house/mail.mjs";
import { eventually, freePort } from "../house/process.mjs";
import { start } from "../house/start.mjs";

let desk;
let sink;
let dovecot;
let browser;
let api;
start({ dovecot: true, box: false }, (house) => {
  ({ desk, sink, dovecot, browser, api } = house);
});

/** section is a part of a settings page, by its heading. */
const section = (page, name) => page.locator("section").filter({ has: page.getByRole("heading", { name, exact: true }) });

const plain = "None (this machine only)";

/** fill enters a server, and only what is given of it. */
async function fill(part, { host, port, security, user, password, auth, folder }) {
  const text = (name, value) => part.getByRole("textbox", { name, exact: true }).fill(String(value));
  if (host) await text("Server", host);
  if (security) await part.getByRole("combobox", { name: "Encryption" }).selectOption({ label: security });
  if (port) await text("Port", port);
  if (auth) await part.getByRole("combobox", { name: "Sign-in" }).selectOption({ label: auth });
  if (user) await text("User", user);
  if (password) await part.getByLabel("Password", { exact: true }).fill(password);
  if (folder !== undefined) await part.getByRole("textbox", { name: /^Folder/ }).fill(folder);
}

it("says in words why a connection fails, and that it works", () =>
  browser.journey(async () => {
    const page = await browser.person({ url: desk.url });
    await api.enter(page);
    await page.goto("/app/settings/inboxes/new");
    await page.getByLabel("Name", { exact: true }).fill("Help");
    await page.getByRole("textbox", { name: "Address", exact: true }).fill("help@desk.test");
    const receiving = section(page, "Receiving");
    const sending = section(page, "Sending");
    const good = { host: "127.0.0.1", port: dovecot.port, security: plain, user: dovecot.user, password: dovecot.password, folder: "" };
    const out = { host: "127.0.0.1", port: sink.port, security: plain, auth: "None" };
    const closed = await freePort();
    const ways = [
      ["in", { password: "not the password" }, "The user or the password is not accepted."],
      ["in", { port: closed }, "The server refuses the connection."],
      ["in", { security: "TLS", port: dovecot.port }, "No encrypted connection came about."],
      ["in", { security: "STARTTLS", port: dovecot.port }, "No encrypted connection came about."],
      ["in", { port: sink.port }, "The server answers in a way that is not understood."],
      ["in", { host: "mail.nowhere.invalid", security: "TLS" }, "There is no server of this name."],
      ["in", { folder: "Complaints" }, "The mailbox has no such folder."],
      ["out", { port: closed }, "The server refuses the connection."],
      ["out", { security: "STARTTLS", port: sink.port }, "No encrypted connection came about."],
      ["out", { port: dovecot.port }, "The server answers in a way that is not understood."],
    ];
    await fill(receiving, good);
    await fill(sending, out);
    for (const [side, change, words] of ways) {
      const part = side === "in" ? receiving : sending;
      const usual = side === "in" ? good : out;
      await fill(part, { ...usual, ...change });
      await page.getByRole("button", { name: "Test the connection" }).click();
      await sending.getByText(words).waitFor();
      // The other side is said to work, so that nobody looks for the fault there.
      await sending.getByText("works.").waitFor();
      assert.equal(await sending.getByText("works.").count(), 1, words);
      await fill(part, usual);
      await sending.getByText(words).waitFor({ state: "detached" });
    }
    // By key: the button cannot be pressed while the test goes on, and has the focus again afterwards.
    const test = page.getByRole("button", { name: "Test the connection" });
    await test.press("Enter");
    await sending.getByText("works.").nth(1).waitFor();
    await eventually("the focus is back", () => test.evaluate((button) => button === document.activeElement));
    assert.deepEqual(await page.findings("a tested connection"), []);
    assert.deepEqual(page.trouble, []);
  }),
);

it("shows how a mailbox fares while its server is away, and takes up what came meanwhile", () =>
  browser.journey(async () => {
    const receive = { method: "imap", host: "127.0.0.1", port: dovecot.port, security: "none", user: dovecot.user, auth: "password", begin: "all" };
    await api.post("/inboxes", { ...inbox({ sink, receive }), receiveSecret: dovecot.password });
    const page = await browser.person({ url: desk.url });
    await api.enter(page);
    await page.goto("/app/settings/inboxes");
    await page.getByText("Connected", { exact: true }).waitFor();
    await page.getByText(/last contact/).waitFor();

    await dovecot.pause();
    await page.getByText("Not working", { exact: true }).waitFor();
    await page.getByText(/The server refuses the connection\. Check the port/).waitFor();
    await page.getByText(/next try/).waitFor();
    assert.deepEqual(await page.findings("a mailbox that fails"), []);
    await page.picture("inbox-failing");
    dovecot.deliver(compose({ from: "Eva Kalna <eva@home.test>", to: "help@desk.test", subject: "Came in the night", text: "Good morning." }).raw);
    await dovecot.resume();
    await page.getByRole("button", { name: "Connect again now" }).click();
    await page.getByText("Connected", { exact: true }).waitFor();
    await page.getByText("Not working", { exact: true }).waitFor({ state: "detached" });
    await page.goto("/app/view/all");
    await page.getByRole("link", { name: /Came in the night/ }).waitFor();

    // What cannot be sent waits, and says so both at its mailbox and in its conversation.
    sink.goAway(true);
    await page.getByRole("link", { name: /Came in the night/ }).click();
    await page.getByRole("heading", { name: "Came in the night" }).waitFor();
    await page.keyboard.press("r");
    await page.getByRole("textbox", { name: "Reply", exact: true }).pressSequentially("And to you.");
    await page.keyboard.press("Control+Enter");
    await page.getByText(/Not sent yet, tried again/).waitFor();
    assert.deepEqual(await page.findings("an answer that waits"), []);
    await page.goto("/app/settings/inboxes");
    await page.getByText("1 answer waits to be sent").waitFor();
    sink.goAway(false);
    assert.deepEqual(page.trouble, []);
  }),
);

it("comes back from a provider that declined with words, and with the inbox as it was", () =>
  browser.journey(async () => {
    const { effective: _, ...settings } = await api.get("/settings");
    await api.patch("/settings", { ...settings, url: desk.url });
    const made = await api.post("/inboxes", {
      ...inbox({ sink, name: "Shop", address: "shop@desk.test" }),
      receive: { method: "imap", host: "imap.gmail.com", port: 993, security: "tls", user: "shop@desk.test", auth: "google" },
    });
    const page = await browser.person({ url: desk.url });
    await api.enter(page);
    // The provider is not asked here: its answer is what it sends a browser back with (RFC 6749, 4.1.2.1).
    await page.route("https://accounts.google.com/**", async (route) => {
      const asked = new URL(route.request().url()).searchParams;
      const back = new URL(asked.get("redirect_uri"));
      back.search = String(new URLSearchParams({ error: "access_denied", state: asked.get("state") }));
      await route.fulfill({ status: 303, headers: { Location: back.toString() } });
    });
    await page.goto(`/app/settings/inboxes/${made.id}`);
    await page.getByRole("textbox", { name: "Client ID" }).fill("an-application.apps.example");
    await page.getByLabel("Client secret", { exact: true }).fill("its secret");
    await page.getByRole("button", { name: "Authorise at Google" }).click();
    await page.waitForURL(/oauth=refused/);
    await page.getByRole("alert").getByText("The authorisation was declined at the provider. Please begin again.").waitFor();
    assert.deepEqual(await page.findings("a declined authorisation"), []);
    await page.picture("oauth-declined");
    // What a provider refuses is shown with its own words.
    await page.goto(`/app/settings/inboxes/${made.id}?oauth=refused&reason=provider_refused&what=invalid_client`);
    await page.getByRole("alert").getByText(/did not accept this.*invalid_client/).waitFor();
    assert.deepEqual(page.trouble.filter((t) => !/accounts\.google\.com/.test(t)), []);
    const { receive } = await api.get(`/inboxes/${made.id}`);
    assert.equal(receive.hasSecret ?? false, false);
  }),
);
