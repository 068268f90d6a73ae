/** How hard a new password is to guess, as far as can be told here; the server decides. */
export type Strength = "" | "short" | "weak" | "fair" | "good";

/** The least number of characters that the server takes. */
export const leastPassword = 10;

const common =
  /^[\W\d_]*(password|passwort|parole|slapta[zž]odis|has[lł]o|qwerty|letmein|welcome|tellus|administrator)[\W\d_]*$/iu;
const runs = [
  "01234567890123456789",
  "98765432109876543210",
  "qwertyuiopasdfghjklzxcvbnm",
  "abcdefghijklmnopqrstuvwxyz",
];

/** about is what a guesser knows: name and mail address. */
export function strengthOf(password: string, about: string[] = []): Strength {
  if (!password) return "";
  const chars = [...password];
  if (chars.length < leastPassword) return "short";
  const folded = password.toLocaleLowerCase();
  let rest = folded;
  for (const known of about.flatMap((a) => [a, ...a.split(/[@\s.]/)])) {
    if (known.length >= 4) rest = rest.replaceAll(known.toLocaleLowerCase(), "");
  }
  const different = new Set(rest).size;
  if (different < 5 || rest.length < 6 || common.test(password) || runs.some((r) => r.includes(folded))) return "weak";
  const kinds = [/\p{Ll}/u, /\p{Lu}/u, /\d/, /[^\p{L}\d]/u].filter((k) => k.test(password)).length;
  // Length counts most: four words beat a short word with signs in it.
  const points = chars.length + kinds * 2 + Math.min(different, 12) / 2;
  return points >= 23 ? "good" : "fair";
}
