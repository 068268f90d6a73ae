// Every screen of Tellus over the demo's data, by name: what the accessibility journey walks through and what pictures are taken of. A new screen is a
// line here.
import assert from "node:assert/strict";
import { eventually } from "./process.mjs";

/** Looks are the windows in which each screen is looked at. */
export const looks = { light: {}, dark: { dark: true }, phone: { width: 380, height: 780 } };

/** Doors are what stands in front of the desk, for a stranger. */
export const doors = {
  "sign-in": "/app/sign-in",
  "forgot-password": "/app/forgot",
  "set-up-without-link": "/app/setup",
  "link-no-longer-valid": "/app/link/none",
  "wall-no-longer-linked": "/app/wall/a-link-that-leads-nowhere-any-more",
};

const stories = {
  "conversation-with-pictures": "Quote for 18 desks",
  "conversation-latvian": "Divreiz noskaitīta",
  "conversation-invitation": "Zaproszenie: pomiar",
  "conversation-long": "Matrača garantija",
  "conversation-mail-with-html": "New oak veneers",
  "conversation-call": "Zvans par gultas",
};

const figures = { figures: "figures", "figures-by-channel": "figures?by=channel&days=28", staffing: "figures/staffing" };

const views = ["mine", "unassigned", "all", "waiting", "mentions", "following", "drafts", "snoozed", "finished", "spam", "trash"];

const settings = {
  profile: "profile", security: "security", tokens: "tokens", macros: "macros", "macro-new": "macros/new", inboxes: "inboxes", inbox: "inboxes/1",
  "inbox-form": "inboxes/1/form", "inbox-new": "inboxes/new", teams: "teams", skills: "skills", people: "people", tags: "tags", types: "types", fields: "fields",
  checklists: "checklists", company: "company", jobs: "jobs", log: "audit", notices: "notices", shops: "shops", webhooks: "webhooks", imports: "imports", privacy: "privacy",
  presence: "presence", here: "here", policies: "policies", "policy-new": "policies/new-urgent", statutes: "statutes", "statute-new": "statutes/new-complaint_lv", hours: "hours", duty: "duty", "duty-new": "duty/new", rules: "rules", "rule-new": "rules/new-complaint", "rule-time": "rules/new-silent", wallboards: "wallboards", "wallboard-new": "wallboards/new",
};

const searches = {
  "search-empty": "", search: "desk", "search-purchases": "Kolka", "search-with-filters": "from:emma is:unfinished", "search-misunderstood": "is:nonsense",
  "search-without-hits": "zzzzzz",
};

/** segment is the id of a segment of the demo's customers, which is made where there is none. */
async function segment(api) {
  const [known] = (await api.get("/segments")).items;
  if (known) return known.id;
  const condition = { all: [{ attr: "open", op: "more", values: ["0"] }, { attr: "language", op: "is", values: ["lv"] }] };
  return (await api.post("/segments", { name: "Waiting in Latvian", audience: "personal", teams: [], zone: "", version: 0, condition })).id;
}

/**
 * screens returns the address of each screen by its name, as api's agent sees them.
 */
export async function screens(api) {
  const all = {};
  for (const view of views) all[`view-${view}`] = `/app/view/${view}`;
  for (const [name, path] of Object.entries(figures)) all[name] = `/app/${path}`;
  for (const [name, words] of Object.entries(stories)) {
    const { conversations } = await api.get(`/search?q=${encodeURIComponent(words)}`);
    assert.ok(conversations.length > 0, `the demo has no conversation "${words}"`);
    all[name] = `/app/view/all/${conversations[0].number}`;
  }
  const late = (await api.get("/conversations?view=all&limit=20")).items.find((c) => c.dueFor);
  assert.ok(late, "the demo has no conversation with a promise");
  Object.assign(all, { "conversation-late": `/app/view/all/${late.number}` });
  Object.assign(all, { "new-mail": "/app/new", drafts: "/app/drafts", promises: "/app/promises?whose=all", "first-steps": "/app/first-steps" });
  for (const [name, q] of Object.entries(searches)) all[name] = `/app/search?q=${encodeURIComponent(q)}`;
  const known = (await api.get(`/search?q=${encodeURIComponent("Divreiz noskaitīta")}`)).conversations[0].customer;
  // Who may be one person is worked out once the demo is served.
  const [pair] = await eventually("two records are suggested as one person", async () => {
    const { items } = await api.get("/duplicates");
    return items.length > 0 && items;
  });
  const [organisation] = (await api.get("/organisations")).items;
  Object.assign(all, {
    customers: "/app/customers",
    segment: `/app/customers?segment=${await segment(api)}`,
    customer: `/app/customers/${known}`,
    "customer-who-may-be-another": `/app/customers/${pair.first.id}`,
    duplicates: "/app/customers/duplicates",
    "customer-merge": `/app/customers/${pair.first.id}/merge/${pair.second.id}`,
    organisations: "/app/organisations",
  });
  if (organisation) all.organisation = `/app/organisations/${organisation.id}`;
  const [policy] = (await api.get("/policies")).items;
  const [calendar] = (await api.get("/calendars")).items;
  const [rule] = (await api.get("/rules")).items;
  Object.assign(all, {
    "settings-policy": `/app/settings/policies/${policy.id}`,
    "settings-calendar": `/app/settings/hours/${calendar.id}`,
    "settings-rule": `/app/settings/rules/${rule.id}`,
  });
  for (const [name, path] of Object.entries(settings)) all[`settings-${name}`] = `/app/settings/${path}`;
  Object.assign(all, { "no-such-conversation": "/app/view/all/999999", "settings-no-such-page": "/app/settings/nowhere", "no-such-page": "/app/nowhere" });
  return all;
}
