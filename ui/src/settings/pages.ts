import type { ComponentType } from "react";
import type { Permission } from "../api/types";
import { loadWords } from "../i18n/i18n";
import type { IconName } from "../parts/Icon";

interface Room {
  path: string;
  icon: IconName;
  /** Who may enter; everybody where it is missing. */
  may?: Permission;
  group: "you" | "house" | "technical";
  load: () => Promise<{ default: ComponentType<{ id: string }> }>;
}

/** The pages of the settings, in the order of their list. Each is loaded when it is opened. */
export const rooms: readonly Room[] = [
  { path: "profile", icon: "person", group: "you", load: () => import("./Profile") },
  { path: "security", icon: "lock", group: "you", load: () => import("./security/Security") },
  { path: "notices", icon: "bell", group: "you", load: () => import("./Notices") },
  { path: "tokens", icon: "link", group: "you", load: () => import("./Tokens") },
  {
    path: "inboxes",
    icon: "inbox",
    may: "inbox.manage",
    group: "house",
    load: () => Promise.all([import("./inbox/Inboxes"), loadWords("hours")]).then(([m]) => m),
  },
  {
    path: "teams",
    icon: "people",
    may: "team.manage",
    group: "house",
    load: () => Promise.all([import("./Teams"), loadWords("distribution"), loadWords("hours")]).then(([m]) => m),
  },
  {
    path: "skills",
    icon: "check",
    may: "team.manage",
    group: "house",
    load: () => Promise.all([import("./skills/Skills"), loadWords("skill")]).then(([m]) => m),
  },
  { path: "people", icon: "person", may: "people.manage", group: "house", load: () => import("./people/People") },
  {
    path: "here",
    icon: "eye",
    may: "presence.manage",
    group: "house",
    load: () => Promise.all([import("../presence/Here"), loadWords("presence")]).then(([m]) => m),
  },
  {
    path: "presence",
    icon: "clock",
    may: "setting.manage",
    group: "house",
    load: () => Promise.all([import("../presence/Rules"), loadWords("presence")]).then(([m]) => m),
  },
  {
    path: "duty",
    icon: "people",
    may: "conversation.read",
    group: "house",
    load: () => Promise.all([import("./duty/Duty"), loadWords("duty")]).then(([m]) => m),
  },
  {
    path: "hours",
    icon: "clock",
    may: "setting.manage",
    group: "house",
    load: () => Promise.all([import("./hours/Hours"), loadWords("hours")]).then(([m]) => m),
  },
  {
    path: "policies",
    icon: "alert",
    may: "policy.manage",
    group: "house",
    load: () =>
      Promise.all([import("./policies/Policies"), loadWords("policy"), loadWords("views"), loadWords("macro")]).then(
        ([m]) => m,
      ),
  },
  {
    path: "statutes",
    icon: "file",
    may: "policy.manage",
    group: "house",
    load: () =>
      Promise.all([import("./statutes/Statutes"), loadWords("statute"), loadWords("hours"), loadWords("views")]).then(
        ([m]) => m,
      ),
  },
  {
    path: "rules",
    icon: "sort",
    may: "rule.manage",
    group: "house",
    load: () =>
      Promise.all([import("./rules/Rules"), loadWords("rule"), loadWords("views"), loadWords("macro")]).then(
        ([m]) => m,
      ),
  },
  {
    path: "wallboards",
    icon: "chart",
    may: "setting.manage",
    group: "house",
    load: () => Promise.all([import("./wallboards/Wallboards"), loadWords("wallboard")]).then(([m]) => m),
  },
  { path: "macros", icon: "quote", group: "you", load: () => import("./macros/Macros") },
  { path: "tags", icon: "list", may: "tag.manage", group: "house", load: () => import("./Tags") },
  { path: "types", icon: "sort", may: "field.manage", group: "house", load: () => import("./fields/Types") },
  { path: "fields", icon: "form", may: "field.manage", group: "house", load: () => import("./fields/Fields") },
  { path: "checklists", icon: "check", may: "field.manage", group: "house", load: () => import("./fields/Templates") },
  { path: "imports", icon: "list", may: "purchase.manage", group: "house", load: () => import("./shops/Imports") },
  { path: "shops", icon: "link", may: "purchase.manage", group: "house", load: () => import("./shops/Shops") },
  {
    path: "webhooks",
    icon: "link",
    may: "setting.manage",
    group: "technical",
    load: () => Promise.all([import("./webhooks/Webhooks"), loadWords("webhook")]).then(([m]) => m),
  },
  { path: "company", icon: "visit", may: "setting.manage", group: "house", load: () => import("./Company") },
  { path: "jobs", icon: "alert", may: "job.manage", group: "technical", load: () => import("./Jobs") },
  {
    path: "privacy",
    icon: "lock",
    may: "privacy.manage",
    group: "house",
    load: () =>
      Promise.all([import("./privacy/Privacy"), loadWords("privacy"), loadWords("customers")]).then(([m]) => m),
  },
  { path: "audit", icon: "clock", may: "audit.read", group: "technical", load: () => import("./Audit") },
];

/** What a role sees of the list. */
export function roomsFor(permissions: readonly Permission[]): Room[] {
  return rooms.filter((r) => !r.may || permissions.includes(r.may));
}
