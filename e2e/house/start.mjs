// The opening and the end that most journeys have in common: a server with its first owner signed in by the API, a sink for what it sends, and Chromium.
import { after, before } from "node:test";
import { Api, ann, inbox } from "./api.mjs";
import { openBrowser } from "./browser.mjs";
import { startDovecot } from "./dovecot.mjs";
import { startSink } from "./smtp.mjs";
import { within } from "./process.mjs";
import { startTellus } from "./tellus.mjs";

/**
 * start has all of it before the tests of a file, in this order, handed to then, and ends it after them. What a journey is about it does itself: owner
 * false leaves the set-up to it, box false the first inbox, which otherwise is the one of api.mjs with what box changes. An answer leaves at once;
 * undo is how many seconds it can be taken back for instead.
 */
export function start({ dovecot = false, owner = true, box = {}, undo = 0, skip = false }, then) {
  const stops = [];
  const opened = async (what, stop = "stop") => {
    stops.push(() => within(90_000, "ending what a journey used", what[stop]()));
    return what;
  };
  before(async () => {
    if (skip) return;
    const house = { desk: await opened(await startTellus()), sink: await opened(await startSink()) };
    if (dovecot) house.dovecot = await opened(await startDovecot());
    house.browser = await opened(await openBrowser(), "close");
    house.api = new Api(house.desk.url);
    if (owner) {
      await house.api.setUp(await house.desk.setupLink(), ann);
      await undoSeconds(house.api, undo);
      if (box) house.box = await house.api.post("/inboxes", inbox({ sink: house.sink, ...box }));
    }
    await then(house);
  });
  after(async () => {
    const kept = [];
    for (const stop of stops.reverse()) await stop().catch((error) => kept.push(error)); // one that does not end must not keep the others
    // A process whose tests are over ends although something of it is still open.
    setTimeout(() => process.exit(), 30_000).unref();
    if (kept.length > 0) throw new AggregateError(kept, kept.map((error) => error.message).join("; "));
  });
}

/** undoSeconds sets how long an answer can be taken back before it leaves. */
export async function undoSeconds(api, seconds) {
  const { effective: _, ...settings } = await api.get("/settings");
  await api.patch("/settings", { ...settings, undoSeconds: seconds });
}

/** join invites somebody, takes the invitation, and returns the API as he uses it. */
export async function join(api, { name, email, password = "five quite plain words here", role = "agent", language = "en" }) {
  const { link } = await api.post("/agents", { name, email, role, language, teams: [] });
  const own = new Api(api.url);
  await own.post(`/links/${link.split("/").at(-1)}`, { name, password, language, timeZone: "Europe/Riga" });
  return own;
}
