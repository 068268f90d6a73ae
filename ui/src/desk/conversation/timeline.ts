import type { DeskEvent, Message, Timeline } from "../../api/types";

export type Piece = { kind: "message"; message: Message } | { kind: "activities"; key: number; events: DeskEvent[] };

/** Weaves messages and what happened around them by time; what happened in a row stands together. Events that worded finds no words for are left out. */
export function weave(timeline: Timeline, worded: (e: DeskEvent) => boolean): Piece[] {
  const all = [
    ...timeline.messages
      .filter((m) => m.state !== "cancelled") // taken back before it went out: nobody was told
      .map((message) => ({ at: Date.parse(message.at ?? ""), order: 0, message, event: undefined })),
    ...timeline.activities
      .filter(worded)
      // A conversation begins before what is said in it; the rest follows from what was said at the same moment.
      .map((event) => ({
        at: Date.parse(event.at ?? ""),
        order: event.kind === "conversation.opened" ? -1 : 1,
        message: undefined,
        event,
      })),
  ].sort(
    (a, b) =>
      a.at - b.at || a.order - b.order || (a.message?.id ?? a.event?.seq ?? 0) - (b.message?.id ?? b.event?.seq ?? 0),
  );
  const out: Piece[] = [];
  for (const one of all) {
    if (one.message) {
      out.push({ kind: "message", message: one.message });
      continue;
    }
    const last = out.at(-1);
    if (last?.kind === "activities") last.events.push(one.event!);
    else out.push({ kind: "activities", key: one.event!.seq, events: [one.event!] });
  }
  return out;
}
