import { isProblem } from "../../api/problem";
import { inWords } from "../../parts/trouble";

export type T = (key: string, values?: Record<string, unknown>) => string;

// The API says in English what is wrong (it is for people who read it); these are the sentences that a person at a form meets.
const sentences: readonly (readonly [RegExp, string])[] = [
  [/^at least (?<n>\d+) characters/, "short"],
  [/too few different characters/, "few_different"],
  [/many people use it/, "well_known"],
  [/keys in a row/, "in_a_row"],
  [/it is your name or address/, "own_name"],
  [/(not a|is no) mail address/, "address"],
  [/a name is needed|length >= 1\b|required property/, "needed"],
  [/at most (?<n>\d+) characters|length <= (?<m>\d+)/, "long"],
  [/somebody has this address/, "address_taken"],
  [/^(?<what>\S+) already reaches an inbox/, "reaches"],
  [/there is a (team|tag) of th(is|at) name/, "name_taken"],
  [/time zone database/, "zone"],
  [/name of the mail server is needed/, "host"],
  [/unencrypted connection/, "unencrypted"],
  [/must be an address such as/, "url"],
  [/must be host:port/, "listen"],
  [/the code is wrong/, "code"],
  [/^the password is wrong/, "password"],
  [/this is over already/, "past"],
  [/nobody gives a role above his own/, "role_above"],
  [/nobody deactivates himself/, "yourself"],
  [/the last owner cannot be removed/, "last_owner"],
  [/you cannot manage somebody/, "above_you"],
  [/team still has inboxes or conversations/, "team_used"],
  [/conversations carry this tag/, "tag_used"],
  [/inbox has conversations/, "inbox_used"],
  [/set the public address of the desk first/, "url_first"],
  [/passkeys need/, "passkey_url"],
  [/this passkey was not accepted/, "passkey"],
  [/this passkey is known already/, "passkey_known"],
  [/begin anew: this took too long|authorisation took too long/, "took_too_long"],
  [/the address or the password is wrong/, "sign_in"],
  [/at most (?<n>\d+) (tokens|passkeys)/, "enough"],
  [/your role does not have every one of these/, "scopes"],
  [/provider did not accept the authorisation/, "provider"],
  [/expected number (>=|<=) (?<n>\d+)/, "range"],
];

/** The sentence in the reader's language, undefined for one that is not known here. */
export function sentence(t: T, english: string): string | undefined {
  for (const [pattern, key] of sentences) {
    const found = pattern.exec(english);
    if (!found) continue;
    const g = found.groups ?? {};
    return t(`form.refusal.${key}`, { n: g.n ?? g.m, what: g.what });
  }
  return undefined;
}

export interface Refused {
  /** By location without "body.", such as "receive.host". */
  fields: Record<string, string>;
  /** What concerns no field in particular. */
  whole: string;
}

/** Words a refusal for a form that shows the given fields; what names another field is said above the form. */
export function refused(t: T, err: unknown, shown?: (location: string) => boolean): Refused {
  const out: Refused = { fields: {}, whole: "" };
  if (!isProblem(err)) return { ...out, whole: inWords(t, err) };
  for (const e of err.errors) {
    const location = (e.location ?? "").replace(/^body\.?/, "");
    const words = sentence(t, e.message ?? "") ?? t("form.refusal.other", { detail: e.message });
    if (location && (!shown || shown(location))) out.fields[location] ??= words;
    else out.whole ||= words;
  }
  if (Object.keys(out.fields).length === 0 && !out.whole) out.whole = sentence(t, err.message) ?? inWords(t, err);
  return out;
}
