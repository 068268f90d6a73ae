// Ways in: the invitation that comes by mail, codes of an app, recovery codes, a lost telephone, a passkey, a forgotten password, and one device that is
// signed out from another.
import assert from "node:assert/strict";
import { it } from "node:test";
import { Api } from "../house/api.mjs";
import { authenticator } from "../house/authenticator.mjs";
import { header, text } from "../house/mail.mjs";
import { start } from "../house/start.mjs";

let desk;
let sink;
let browser;
let api;
start({}, (house) => {
  ({ desk, sink, browser, api } = house);
});

const laura = { name: "Laura Bērziņa", email: "laura@desk.test", password: "five quite plain words here" };

/** linkOf waits for a mail to somebody and returns the one-time link in it, as it would be opened here. */
async function linkOf(address) {
  const mail = await sink.take(`the mail to ${address}`, (m) => m.to.includes(address) && /\/app\/link\//.test(text(m.raw)));
  return { mail, link: new URL(/https?:\/\/\S+\/app\/link\/[\w-]+/.exec(text(mail.raw))[0]).pathname };
}

/** newcomer is somebody who was invited, and signs in with a password. */
async function newcomer({ name, email, password }) {
  const { link } = await api.post("/agents", { name, email, role: "agent", language: "en", teams: [] });
  const own = new Api(desk.url);
  await own.post(`/links/${link.split("/").at(-1)}`, { name, password, language: "en", timeZone: "Europe/Riga" });
  return own;
}

/** anew is somebody whom nobody has met where a journey is run for the second time. */
const anew = ({ name, email, ...rest }, time) => (time === 1 ? { name, email, ...rest } : { name: `${name} II`, email: email.replace("@", `${time}@`), ...rest });

/** password goes through the first half of signing in. */
async function password(page, { email, password }) {
  await page.goto("/app/sign-in");
  await page.getByLabel("Email address").fill(email);
  await page.getByRole("textbox", { name: "Password" }).fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

/** forget takes the window's session away, as if it were another browser. */
async function forget(page) {
  await page.goto("about:blank"); // what is open would notice, and leave for the door by itself
  await page.context().clearCookies();
}

const inside = (page) => page.waitForURL(/\/app\/view\//);
const row = (page, section, words) =>
  page.locator("section").filter({ has: page.getByRole("heading", { name: section, exact: true }) }).filter({ hasText: words });

it("lets in who was invited, by the link that came by mail, and once", () =>
  browser.journey(async () => {
    const owner = await browser.person({ url: desk.url });
    await api.enter(owner);
    await owner.goto("/app/settings/people");
    await owner.getByRole("button", { name: "Invite somebody" }).click();
    await owner.getByRole("textbox", { name: "Name", exact: true }).fill(laura.name);
    await owner.getByRole("textbox", { name: "Email address" }).fill(laura.email);
    await owner.getByRole("combobox", { name: "Language" }).selectOption("lv");
    await owner.getByRole("button", { name: "Send the invitation" }).click();
    await owner.getByRole("dialog", { name: `Link for ${laura.name}` }).getByRole("button", { name: "Done" }).click();
    await owner.getByText("Invited", { exact: true }).first().waitFor();

    const { mail, link } = await linkOf(laura.email);
    assert.match(header(mail.raw, "Subject"), /Liepa Shoes/);
    const page = await browser.person({ url: desk.url, locale: "lv-LV" });
    await page.goto(link);
    await page.getByText(laura.email).waitFor();
    assert.deepEqual(await page.findings("invitation"), []);
    await page.picture("invitation");
    await page.getByRole("navigation").getByRole("button", { name: "English" }).click();
    await page.getByRole("heading", { name: "Welcome to Tellus" }).waitFor();
    await page.getByRole("textbox", { name: "New password" }).fill(laura.password);
    await page.getByRole("button", { name: "Save and sign in" }).click();
    await inside(page);
    await page.getByRole("button", { name: new RegExp(`^${laura.name}:`) }).waitFor();
    assert.deepEqual(page.trouble, []);

    // The link counts once, and says what to do instead.
    const late = await browser.person({ url: desk.url });
    await late.goto(link);
    await late.getByRole("heading", { name: "This link is no longer valid" }).waitFor();
    assert.deepEqual(await late.findings("a used link"), []);
    await late.getByRole("link", { name: "Send me a new link" }).click();
    await late.waitForURL(/\/app\/forgot/);
    assert.deepEqual([...owner.trouble, ...late.trouble], []);
  }),
);

it("asks for the app's code once it is turned on, takes a recovery code instead, and lets an administrator help", () =>
  browser.journey(async (time) => {
    const mara = anew({ name: "Mara Kalna", email: "mara@desk.test", password: "six rather plain words in here" }, time);
    const own = await newcomer(mara);
    const page = await browser.person({ url: desk.url });
    await own.enter(page);
    await page.goto("/app/settings/security");
    await page.getByRole("button", { name: "Turn on", exact: true }).click();
    const dialog = page.getByRole("dialog", { name: "Authenticator app" });
    await dialog.getByRole("img", { name: /QR code/ }).waitFor();
    assert.deepEqual(await page.findings("the app's secret"), []);
    const app = authenticator(await dialog.locator("code").innerText());
    await dialog.getByRole("textbox", { name: "Code", exact: true }).fill(app.wrong());
    await dialog.getByRole("button", { name: "Turn on" }).click();
    await dialog.locator("[aria-invalid=true]").waitFor();
    await dialog.getByRole("textbox", { name: "Code", exact: true }).fill(app.code());
    await dialog.getByRole("button", { name: "Turn on" }).click();
    const shown = page.getByRole("dialog", { name: "Keep your recovery codes" });
    await shown.locator("code").first().waitFor();
    const codes = await shown.locator("code").allInnerTexts();
    assert.ok(codes.length >= 8, `${codes.length} recovery codes`);
    assert.deepEqual(await page.findings("recovery codes"), []);
    // They are shown only here, so nothing but the word that they are kept closes them.
    await page.keyboard.press("Escape");
    await page.getByText("Keep the codes first").waitFor();
    await shown.getByRole("checkbox").check();
    await shown.getByRole("button", { name: "Done" }).click();
    await page.getByRole("button", { name: "Turn off", exact: true }).waitFor();

    const other = await browser.person({ url: desk.url });
    await password(other, mara);
    const code = other.getByRole("textbox", { name: "Six-digit code" });
    await code.waitFor();
    assert.deepEqual(await other.findings("the second step"), []);
    await code.fill(app.wrong());
    await code.press("Enter");
    await other.locator("[aria-invalid=true]").waitFor();
    await code.fill(app.code());
    await code.press("Enter");
    await inside(other);

    const lost = await browser.person({ url: desk.url });
    for (const [attempt, wanted] of [["used for the first time", true], ["used again", false]]) {
      await forget(lost);
      await password(lost, mara);
      await lost.getByRole("button", { name: "Use a recovery code" }).click();
      const recovery = lost.getByRole("textbox", { name: "Recovery code" });
      await recovery.fill(codes[0]);
      await recovery.press("Enter");
      if (wanted) await inside(lost);
      else await lost.locator("[aria-invalid=true]").waitFor();
      assert.equal(/\/view\//.test(lost.url()), wanted, `a recovery code ${attempt}`);
    }

    // Telephone and codes are lost: an administrator who knows her lets her in by the password alone.
    const owner = await browser.person({ url: desk.url });
    await api.enter(owner);
    await owner.goto("/app/settings/people");
    await owner.getByRole("button", { name: `Edit: ${mara.name}` }).click();
    await owner.getByRole("button", { name: "Remove the second step" }).click();
    const ask = owner.getByRole("dialog", { name: "Remove the second step" });
    assert.deepEqual(await owner.findings("a question"), []);
    await ask.getByRole("button", { name: "Remove the second step" }).click();
    await owner.getByText(`The second step of ${mara.name} was removed`).waitFor();
    await forget(lost);
    await password(lost, mara);
    await inside(lost);
    const told = await sink.take("the notice that the second step changed", (m) => m.to.includes(mara.email) && !/\/app\/link\//.test(text(m.raw)));
    assert.match(header(told.raw, "Auto-Submitted"), /auto-generated/);
    assert.deepEqual([...page.trouble, ...other.trouble, ...lost.trouble, ...owner.trouble], []);
  }),
);

it("signs in by a passkey alone, and by a passkey as the second step", () =>
  browser.journey(async (time) => {
    const eva = anew({ name: "Eva Ozola", email: "eva@desk.test", password: "seven fairly plain words in here" }, time);
    const own = await newcomer(eva);
    const page = await browser.person({ url: desk.url });
    const keys = await page.passkeys();
    await own.enter(page);
    await page.goto("/app/settings/security");
    await page.getByRole("button", { name: "Add a passkey" }).click();
    await page.getByRole("textbox", { name: "Name", exact: true }).fill("Work laptop");
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByText("The passkey was added").waitFor();
    await page.getByText("Work laptop", { exact: true }).waitFor();
    assert.deepEqual(await page.findings("passkeys"), []);

    await forget(page);
    await page.goto("/app/sign-in");
    await page.getByRole("button", { name: "Sign in with a passkey" }).click();
    await inside(page);

    await forget(page);
    await password(page, eva);
    await page.getByRole("button", { name: "Use the passkey" }).waitFor();
    await page.picture("second-factor-passkey");
    await page.getByRole("button", { name: "Use the passkey" }).click();
    await inside(page);

    // Somebody who holds the device and not its owner's finger stays outside.
    await keys.verify(false);
    await forget(page);
    await page.goto("/app/sign-in");
    await page.getByRole("button", { name: "Sign in with a passkey" }).click();
    await page.getByRole("alert").first().waitFor();
    assert.match(page.url(), /sign-in/);

    await keys.verify(true);
    await page.getByRole("button", { name: "Sign in with a passkey" }).click();
    await inside(page);
    await page.goto("/app/settings/security");
    await page.getByRole("button", { name: "Remove: Work laptop" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
    await page.getByText("Work laptop", { exact: true }).waitFor({ state: "detached" });
    await forget(page);
    await page.goto("/app/sign-in");
    await page.getByRole("button", { name: "Sign in with a passkey" }).click();
    await page.getByRole("alert").first().waitFor();
    assert.deepEqual(page.trouble, []);
  }),
);

it("gives a new password by mail, and ends what was signed in with the old one", () =>
  browser.journey(async (time) => {
    const rita = anew({ name: "Rita Liepa", email: "rita@desk.test", password: "eight more or less plain words" }, time);
    const own = await newcomer(rita);
    const before = await browser.person({ url: desk.url });
    await own.enter(before);
    await before.goto("/app/view/mine");
    await before.getByText("Nothing is assigned to you").waitFor();

    const page = await browser.person({ url: desk.url });
    await page.goto("/app/sign-in");
    await page.getByRole("link", { name: "Forgot your password?" }).click();
    // Who has no account learns nothing, and gets no mail.
    for (const email of ["nobody@desk.test", rita.email]) {
      await page.goto("/app/forgot");
      await page.getByLabel("Email address").fill(email);
      await page.getByRole("button", { name: "Send the link" }).click();
      await page.getByText(`If there is an account for ${email}, a link is on its way to it.`).waitFor();
    }
    assert.deepEqual(await page.findings("a link asked for"), []);
    sink.mails.splice(0, sink.mails.length, ...sink.mails.filter((m) => m.to.includes(rita.email) && !/Welcome|invit/i.test(header(m.raw, "Subject"))));
    const { link } = await linkOf(rita.email);
    await page.goto(link);
    await page.getByRole("heading", { name: "Choose a new password" }).waitFor();
    const changed = { ...rita, password: "nine entirely new and plain words" };
    await page.getByRole("textbox", { name: "New password" }).fill(changed.password);
    await page.getByRole("button", { name: "Save and sign in" }).click();
    await inside(page);
    assert.equal(sink.mails.some((m) => m.to.includes("nobody@desk.test")), false);

    // The other window is signed out, and comes back to where it was with the new password only.
    await before.reload();
    await before.waitForURL(/\/app\/sign-in/);
    await before.getByLabel("Email address").fill(rita.email);
    await before.getByRole("textbox", { name: "Password" }).fill(rita.password);
    await before.getByRole("textbox", { name: "Password" }).press("Enter");
    await before.getByRole("alert").first().waitFor();
    await before.getByRole("textbox", { name: "Password" }).fill(changed.password);
    await before.getByRole("textbox", { name: "Password" }).press("Enter");
    await before.waitForURL(/\/app\/view\/mine/);
    assert.deepEqual([...page.trouble, ...before.trouble], []);
  }),
);

it("signs one device out from another, at once", () =>
  browser.journey(async (time) => {
    const zane = anew({ name: "Zane Kalniņa", email: "zane@desk.test", password: "ten words that are plain enough" }, time);
    await newcomer(zane);
    const home = await browser.person({ url: desk.url });
    const office = await browser.person({ url: desk.url, width: 380, height: 760 });
    for (const page of [home, office]) {
      await password(page, zane);
      await inside(page);
    }
    await home.goto("/app/settings/security");
    const devices = row(home, "Signed-in devices", "This device");
    // Here, the other browser, and the one that took the invitation.
    await devices.getByRole("button", { name: /^Sign out:/ }).nth(1).waitFor();
    assert.equal(await devices.getByRole("button", { name: /^Sign out:/ }).count(), 2);
    await devices.getByRole("button", { name: "Sign out all others" }).click();
    await devices.getByRole("button", { name: /^Sign out:/ }).first().waitFor({ state: "detached" });
    // Nobody touches the other window: it notices by itself.
    await office.waitForURL(/\/app\/sign-in/);
    await password(office, zane);
    await inside(office);
    await home.reload();
    await devices.getByRole("button", { name: /^Sign out:/ }).click();
    await home.getByText("Signed out", { exact: true }).waitFor();
    await office.waitForURL(/\/app\/sign-in/);
    assert.match(home.url(), /settings\/security/);
    assert.deepEqual([...home.trouble, ...office.trouble], []);
  }),
);
