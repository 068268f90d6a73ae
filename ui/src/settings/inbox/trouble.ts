import type { T } from "../form/refusal";
import type { Trouble } from "../types";

const codes = new Set([
  "dns",
  "refused",
  "timeout",
  "tls",
  "certificate",
  "auth",
  "folder",
  "permission",
  "protocol",
  "too_large",
  "rejected",
  "oauth",
  "receiver_off",
  "receiver_failed",
]);

/** What is wrong with a connection, and what to do about it. */
export function connectionWords(t: T, trouble: Trouble): { what: string; todo: string } {
  const code = trouble.code && codes.has(trouble.code) ? trouble.code : "other";
  return { what: t(`settings.trouble.${code}.what`), todo: t(`settings.trouble.${code}.todo`) };
}
