import type { Attachment, DraftBody, NamedAddress, Opened } from "../../api/types";

export type Mode = "reply" | "reply_all" | "note";

/** What the composer of one conversation holds. Mail and note are written apart, so that no word meant for colleagues reaches a customer. */
export interface Composed {
  mode: Mode;
  mail: string;
  note: string;
  to: NamedAddress[];
  cc: NamedAddress[];
  bcc: NamedAddress[];
  files: Attachment[];
  /** The newest incoming message when the writing began; 0 while nothing is written. */
  seen: number;
  at: number;
}

/** Whom a mode addresses to begin with. */
export function recipientsOf(mode: Mode, opened: Opened): Pick<Composed, "to" | "cc" | "bcc"> {
  const from = mode === "reply_all" ? opened.replyAllTo : opened.replyTo;
  return { to: from.to, cc: from.cc, bcc: [] };
}

/** The mode a conversation begins with: everybody who was copied goes on being copied. */
export function firstMode(opened: Opened, mayWrite: boolean): Mode {
  if (!mayWrite || opened.replyTo.to.length === 0) return "note";
  return opened.replyAllTo.cc.length > 0 || opened.replyAllTo.to.length > 1 ? "reply_all" : "reply";
}

/** Whether there is nobody to answer: the mail named no sender, and nobody has given the customer an address since. */
export function senderless(opened: Opened): boolean {
  const { channel, address } = opened.conversation;
  return opened.replyTo.to.length === 0 && address === "" && (channel === "email" || channel === "form");
}

export function empty(mode: Mode, opened: Opened): Composed {
  return { mode, mail: "", note: "", ...recipientsOf(mode, opened), files: [], seen: 0, at: 0 };
}

/** Whom an open conversation names as taking part and as addressed. */
export type Audience = Pick<Opened, "participants" | "replyTo" | "replyAllTo">;

const keys = (list: { address: string }[]) => new Set(list.map((a) => a.address.toLowerCase()));

/**
 * What changes in the composer when somebody is copied in or taken out of the conversation. Who was copied in goes on Cc; an answer that went
 * to all there were becomes one to all, one that left others out goes on leaving them out. Undefined where nothing changes.
 */
export function followParticipants(c: Composed, before: Audience, after: Audience): Partial<Composed> | undefined {
  if (c.mode === "note") return undefined;
  const was = keys(before.replyAllTo.cc);
  const addressed = keys([...c.to, ...c.cc, ...c.bcc]);
  const everybody = c.mode === "reply_all" || (was.size === 0 && before.replyAllTo.to.length <= 1);
  const more = everybody
    ? after.replyAllTo.cc.filter((a) => !was.has(a.address.toLowerCase()) && !addressed.has(a.address.toLowerCase()))
    : [];
  const stay = keys([...after.participants, ...after.replyTo.to]);
  const gone = new Set([...keys(before.participants)].filter((a) => !stay.has(a)));
  const kept = (list: NamedAddress[]) => list.filter((a) => !gone.has(a.address.toLowerCase()));
  if (more.length === 0 && ![...addressed].some((a) => gone.has(a))) return undefined;
  return {
    mode: more.length > 0 ? "reply_all" : c.mode,
    to: kept(c.to),
    cc: [...kept(c.cc), ...more],
    bcc: kept(c.bcc),
  };
}

/** What is on its way to the server: which half of the composer, the words as they stand there, and the whole composer as it was. */
export interface Away {
  note: boolean;
  html: string;
  from: Composed;
}

const half = (c: Composed, note: boolean) => (note ? c.note : c.mail);

/** Whether the composer still holds what is on its way, and not the next that somebody began meanwhile. */
export function holds(c: Composed, away: Away): boolean {
  return half(c, away.note) === away.html;
}

/** Makes room for the next while something is on its way. */
export function without(c: Composed, away: Away): Composed {
  return away.note ? { ...c, note: "" } : { ...c, mail: "", files: [], seen: 0 };
}

/** What stays in the composer once what was on its way has arrived: undefined where nothing else was begun. */
export function leftBy(c: Composed, away: Away): Composed | undefined {
  if (holds(c, away)) return undefined;
  const now = half(c, away.note);
  if (!away.html || !now.startsWith(away.html)) return c;
  const gone = new Set(away.from.files.map((f) => f.id));
  const left = now.slice(away.html.length);
  return away.note ? { ...c, note: left } : { ...c, mail: left, files: c.files.filter((f) => !gone.has(f.id)) };
}

/** The composer with what was refused put back before what was begun since: undefined where it holds it still. */
export function handedBack(c: Composed, away: Away): Composed | undefined {
  if (holds(c, away)) return undefined;
  const html = away.html + half(c, away.note);
  if (away.note) return { ...c, note: html };
  const { to, cc, bcc, files, seen } = away.from;
  const more = c.files.filter((f) => !files.some((was) => was.id === f.id));
  return { ...c, mail: html, to, cc, bcc, seen, files: [...files, ...more] };
}

/** The newest message that came in, automatic ones included: the server counts them too. */
export function newestIncoming(opened: Opened): number {
  return opened.timeline.messages.reduce((max, m) => (m.kind === "incoming" ? Math.max(max, m.id) : max), 0);
}

/** What the server keeps: the half that is being written. */
export function toDraft(c: Composed, html: string): DraftBody {
  return { mode: c.mode, html, to: c.to, cc: c.cc, bcc: c.bcc, attachments: c.files.map((f) => f.id) };
}

const address = /^(?:[^\s@<>,;"]{1,64}|"(?:[^"\\\n]|\\.){1,62}")@[^\s@<>,;"]{1,255}$/;

/** Whether mail can go there, as far as its look tells. */
export function isAddress(text: string): boolean {
  return address.test(text);
}

/** Splits at commas, semicolons and lines, but not within quotation marks. */
function pieces(text: string): string[] {
  const out = [""];
  let quoted = false;
  for (const letter of text) {
    if (letter === '"') quoted = !quoted;
    if (!quoted && /[,;\n]/.test(letter)) out.push("");
    else out[out.length - 1] += letter;
  }
  return out;
}

/** Reads what was typed or pasted: "Anna Nowak <anna@example.pl>, marek@example.pl". */
export function parseAddresses(text: string): NamedAddress[] {
  const out: NamedAddress[] = [];
  for (const piece of pieces(text)) {
    const words = piece.trim();
    if (!words) continue;
    const open = words.lastIndexOf("<");
    if (open >= 0 && words.endsWith(">")) {
      const name = words.slice(0, open).trim().replace(/^"|"$/g, "");
      out.push({ ...(name ? { name } : {}), address: words.slice(open + 1, -1).trim() });
    } else out.push({ address: words });
  }
  return out;
}
