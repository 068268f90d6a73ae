import { notifyManager, type QueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { base, cursorBegan, forgetBegan, get } from "../api/client";
import type { Conversation, DeskEvent, Opened } from "../api/types";
import { againBehindAnswers } from "./again";
import { perFrame } from "./frames";
import { applyGone, applyRow, applyTo } from "./rows";
import { type Heard, type Link, LiveSocket, type Presence } from "./socket";

// What the live line knows beside the cache: whether it is up, and who looks at what.
let link: Link = "connecting";
let presence = new Map<number, Presence[]>();
const listeners = new Set<() => void>();
let socket: LiveSocket | undefined;
let looked = 0;
let acted = 0; // when the reader did something last

function tell() {
  for (const listener of listeners) listener();
}
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Whether the live line is up. */
export function useLink(): Link {
  return useSyncExternalStore(subscribe, () => link);
}

const nobody: Presence[] = [];

/** Who has a conversation open, the reader included. */
export function usePresence(conversation: number | undefined): Presence[] {
  return useSyncExternalStore(subscribe, () => presence.get(conversation ?? 0) ?? nobody);
}

/** Tells colleagues which conversation is open here; 0 for none. */
export function lookAt(conversation: number) {
  looked = conversation;
  tell();
  socket?.say({ type: "open", conversation });
}

/** Which conversation is open in this window, 0 for none. */
export function useLookedAt(): number {
  return useSyncExternalStore(subscribe, () => looked);
}

export function sayTyping(conversation: number, on: boolean) {
  socket?.say({ type: "typing", conversation, on });
}

/** Opens the live line for the signed-in agent and keeps the cache fresh with it; the result closes it. */
export function goLive(client: QueryClient, me: number): () => void {
  const url = `${window.location.protocol === "https:" ? "wss" : "ws"}://${window.location.host}${base}/live`;
  const answers = againBehindAnswers(client);
  const frames = perFrame<Heard>((all) =>
    notifyManager.batch(() => {
      for (const message of all) {
        hear(client, me, message);
        if (stands(message)) answers.told(() => again(client, me, message));
      }
    }),
  );
  const live = new LiveSocket(
    url,
    frames.push,
    (next) => {
      if (next === link) return;
      link = next;
      if (next === "up") live.say({ type: "active", ago: Math.round((Date.now() - acted) / 1000) });
      tell();
    },
    cursorBegan,
    // A session that was ended elsewhere is answered so here; whoever listens for that leads to the door.
    () => void get("/session").catch(() => undefined),
  );
  socket = live;
  const still = sayActive(live);
  live.start();
  return () => {
    still();
    live.stop();
    frames.stop();
    answers.stop();
    forgetBegan(); // whoever signs in next fetches everything himself
    if (socket === live) socket = undefined;
    link = "connecting";
    presence = new Map();
  };
}

/** Tells the server, once a minute at most, that somebody is at work here: who is not is mailed what he missed. */
function sayActive(live: LiveSocket): () => void {
  acted = Date.now();
  let said = acted;
  const act = () => {
    acted = Date.now();
    if (acted - said < 60_000) return;
    said = acted;
    live.say({ type: "active", ago: 0 });
  };
  const kinds = ["pointerdown", "keydown", "wheel", "touchstart"] as const;
  for (const kind of kinds) window.addEventListener(kind, act, { passive: true, capture: true });
  return () => {
    for (const kind of kinds) window.removeEventListener(kind, act, { capture: true });
  };
}

/** What says how something stands now, whatever was said before. */
type Standing = Extract<Heard, { type: "row" | "gone" | "counts" }>;
const stands = (message: Heard): message is Standing => ["row", "gone", "counts"].includes(message.type);

function show(client: QueryClient, me: number, message: Standing) {
  if (message.type === "row") applyRow(client, message.row, me, message.views);
  else if (message.type === "gone") applyGone(client, message.id);
  else client.setQueryData(["views"], message.items);
}

/** What was told while an answer was on its way, once more: how it stands, and the lines of the timeline that the answer may lack. */
function again(client: QueryClient, me: number, message: Standing) {
  show(client, me, message);
  if (message.type !== "row") return;
  for (const event of message.event ?? []) if (isLine(event)) addLine(client, event, message.row);
}

function hear(client: QueryClient, me: number, message: Heard) {
  switch (message.type) {
    case "row":
      show(client, me, message);
      for (const event of message.event ?? []) hearEvent(client, me, event, message.row);
      return;
    case "gone":
    case "counts":
      show(client, me, message);
      return;
    case "event":
      hearSetting(client, message.event, me);
      return;
    case "presence":
      presence = new Map(presence).set(message.conversation, message.agents ?? []);
      tell();
      return;
    case "reset":
      presence = new Map();
      void client.invalidateQueries({ predicate: (q) => q.queryKey[0] !== "profile" });
      void client.invalidateQueries({ queryKey: ["profile"] });
      return;
  }
}

/** Events whose words or files are not in the row: the open conversation reads them. */
const brings =
  /^(message\.|note\.|record\.|acknowledgement\.|participant\.|follower\.|customer\.|conversation\.((un)?linked|merged|merge_undone|parted|split|side_answered|(un)?restricted))/;
const silent = new Set(["conversation.read", "draft.saved", "view.moved"]);

/** Whether all that an event says of a conversation is a line of its timeline. */
const isLine = (event: DeskEvent) => !brings.test(event.kind) && !silent.has(event.kind);

function addLine(client: QueryClient, event: DeskEvent, row: Conversation) {
  client.setQueryData<Opened>(
    ["conversation", row.number],
    (opened) => opened && { ...opened, timeline: withActivity(opened.timeline, event) },
  );
}

function hearEvent(client: QueryClient, me: number, event: DeskEvent, row: Conversation) {
  if (brings.test(event.kind)) {
    void client.invalidateQueries({ queryKey: ["conversation", row.number] });
    for (const part of ["page", "timeline"]) {
      void client.invalidateQueries({ queryKey: ["customer", row.customer, part] }); // where his page is open
    }
  } else if (isLine(event)) addLine(client, event, row);
  if (/^check(list)?\./.test(event.kind)) void client.invalidateQueries({ queryKey: ["checklists", row.id] });
  if (/^(commitment|clock)\./.test(event.kind)) void client.invalidateQueries({ queryKey: ["commitments"] });
  if (event.kind === "work.changed") void client.invalidateQueries({ queryKey: ["work", row.id] });
  // These views hang on more than the row. What is in the trash is in none but that of drafts.
  const seen = !row.trashedAt;
  if (event.kind === "agent.mentioned" && event.data?.agent === me) applyTo(client, "mentions", row, seen);
  if (event.kind.startsWith("follower.") && event.data?.agent === me)
    applyTo(client, "following", row, seen && event.kind === "follower.added");
  if (event.kind === "draft.saved" && event.data?.agent === me)
    applyTo(client, "drafts", row, event.data.kept === true);
}

function refresh(client: QueryClient, view: string) {
  void client.invalidateQueries({ queryKey: ["list", view] });
}

export function withActivity(timeline: Opened["timeline"], event: DeskEvent): Opened["timeline"] {
  if (timeline.activities.some((a) => a.seq === event.seq)) return timeline;
  return { ...timeline, activities: [...timeline.activities, event] };
}

function hearSetting(client: QueryClient, event: DeskEvent, me: number) {
  if (event.subjectKind === "bulk" || event.subjectKind === "export" || event.subjectKind === "import") {
    if (event.data?.agent === me) void client.invalidateQueries({ queryKey: [event.subjectKind] });
    return;
  }
  if (event.subjectKind === "notice") {
    client.setQueryData(["notices", "unread"], { unread: Number(event.data?.unread) });
    void client.invalidateQueries({ queryKey: ["notices", "list"] });
    return;
  }
  if (event.kind === "presence.changed") {
    client.setQueryData<{ items: { agent: number }[] }>(
      ["presence"],
      (all) => all && { ...all, items: [...all.items.filter((p) => p.agent !== event.subject), event.data as never] },
    );
    if (event.subject === me) void client.invalidateQueries({ queryKey: ["presence", "own"] });
    return;
  }
  if (event.subjectKind === "view" && (!event.data || event.data.done)) refresh(client, `saved:${event.subject}`);
  if (event.subjectKind === "customer") {
    void client.invalidateQueries({
      queryKey: ["conversation"],
      predicate: (q) => (q.state.data as Opened | undefined)?.customer.id === event.subject,
    });
  }
  const lookups: Record<string, string[]> = {
    inbox: ["inboxes", "health"],
    team: ["teams", "agents"],
    agent: ["agents", "profile", "timer", "presence"],
    presence: ["presence"],
    tag: ["tags"],
    field: ["fields"],
    type: ["types"],
    template: ["templates"],
    macro: ["macros"],
    calendar: ["calendars"],
    policy: ["policies"],
    view: ["saved-views", "views"],
    setting: ["settings"],
    job: ["jobs"],
    customer: ["customer", "customers", "privacy", "segments"],
    segment: ["segments", "customers"],
    purchase: ["purchases"],
    shop: ["shops"],
    hold: ["privacy"],
    privacy_task: ["privacy"],
    organisation: ["organisations", "organisation", "customer"],
  };
  for (const key of lookups[event.subjectKind] ?? []) void client.invalidateQueries({ queryKey: [key] });
}
