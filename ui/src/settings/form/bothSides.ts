/**
 * Fields whose values say something as they are written: words, addresses and numbers that people typed. Secrets, ids and codes are not among
 * them; of those a conflict names the field alone.
 */
const plain = new Set([
  "address",
  "answerWithin",
  "company",
  "email",
  "fromName",
  "name",
  "receive.folder",
  "receive.host",
  "receive.port",
  "receive.user",
  "receiver.hostname",
  "receiver.listen",
  "receiver.maxBytes",
  "reopenDays",
  "scanner",
  "signature",
  "submit.host",
  "submit.port",
  "submit.user",
  "timeZone",
  "undoSeconds",
  "url",
]);

const longest = 80;

/** One field as it is now on the server, and as it stands in the form; shortened. */
export interface Side {
  field: string;
  theirs: string;
  mine: string;
}

function at(value: unknown, path: string): string | undefined {
  let found = value;
  for (const key of path.split(".")) found = (found as Record<string, unknown> | undefined)?.[key];
  if (found === undefined || found === null) return "";
  if (typeof found !== "string" && typeof found !== "number") return undefined;
  const text = String(found).replace(/\s+/g, " ").trim();
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
}

/** The values of both sides of the fields that differ, where they may be shown. */
export function bothSides(fields: string[], theirs: unknown, mine: unknown): Side[] {
  return fields.flatMap((field) => {
    if (!plain.has(field)) return [];
    const sides = { field, theirs: at(theirs, field), mine: at(mine, field) };
    return sides.theirs === undefined || sides.mine === undefined || sides.theirs === sides.mine ? [] : [sides as Side];
  });
}
