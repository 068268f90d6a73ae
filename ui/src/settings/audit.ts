/** Actions of the log that have words; what is newer than this desk's words is shown by its code. */
export const auditActions = [
  "setup",
  "signin.ok",
  "signin.failed",
  "signin.factor_failed",
  "signin.passkey_failed",
  "signout",
  "password.changed",
  "password.failed",
  "password.reset",
  "password.reset_requested",
  "password.reset_made",
  "invitation.accepted",
  "session.revoked",
  "session.revoked_others",
  "totp.added",
  "totp.removed",
  "passkey.added",
  "passkey.removed",
  "profile.updated",
  "token.created",
  "token.revoked",
  "agent.invited",
  "agent.updated",
  "agent.signed_out",
  "agent.rescued",
  "team.created",
  "team.updated",
  "team.deleted",
  "tag.created",
  "tag.updated",
  "tag.deleted",
  "field.created",
  "field.updated",
  "type.created",
  "type.updated",
  "template.created",
  "template.updated",
  "macro.created",
  "macro.updated",
  "macro.deleted",
  "macro.restored",
  "view.created",
  "view.updated",
  "view.deleted",
  "view.restored",
  "bulk.started",
  "bulk.undone",
  "inbox.created",
  "inbox.updated",
  "inbox.deleted",
  "inbox.authorised",
  "form.updated",
  "setting.updated",
  "job.discarded",
  "export.conversation",
  "export.view",
  "export.fetched",
  "export.customer",
  "customer.erased",
  "customer.merged",
  "customer.parted",
  "hold.set",
  "hold.ended",
  "retention.created",
  "retention.ended",
  "export.access",
] as const;

const known = new Set<string>(auditActions);

/** The key of an action's words, "" where there are none. */
export function auditKey(action: string): string {
  return known.has(action) ? `settings.audit.action.${action.replace(".", "_")}` : "";
}

/** Fields that a change can name, and ways of signing in; others stay as they are written. */
export const auditFields = [
  "name",
  "email",
  "role",
  "teams",
  "active",
  "members",
  "language",
  "timeZone",
  "signature",
  "theme",
  "twoFactor",
  "password",
  "passkey",
  "totp",
  "recovery",
  "link",
  "setup",
];

/** "agent:3" as kind and id. */
export function subjectOf(text: string | undefined): { kind: string; id: number } | undefined {
  const found = /^([a-z_]+):(\d+)$/.exec(text ?? "");
  return found ? { kind: found[1]!, id: Number(found[2]) } : undefined;
}
