import type { Attribute } from "../../desk/views/attributes";

/** By these a policy would come and go as a conversation goes on; the server refuses them (feature/sla). */
const fleeting = new Set([
  "status",
  "assignee",
  "awaited",
  "last_by",
  "messages",
  "spent",
  "checks_open",
  "checks_owed",
  "preview",
  "until_reply",
  "attachments",
  "troubled",
  "followers",
  "shelf",
  "problem",
  "incident",
  "part",
  "side",
  "has_side",
  "reviewers",
]);

/** What changes by time alone: so would the promise. */
const timed = new Set(["older", "within", "ahead", "past", "during"]);

/** What a policy can ask for of an attribute; undefined where it can ask for nothing. */
export function lasting(a: Attribute): Attribute | undefined {
  if (a.kind === "moment" || fleeting.has(a.key)) return undefined;
  const ops = a.ops.filter((op) => !timed.has(op));
  return ops.length > 0 ? { ...a, ops } : undefined;
}
