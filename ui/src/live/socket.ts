import type { Conversation, DeskEvent, ViewCount } from "../api/types";

export type Heard =
  | { type: "hello"; log?: string; seq: number }
  | { type: "row"; seq: number; row: Conversation; views?: number[]; event: DeskEvent[] | null }
  | { type: "gone"; seq: number; id: number }
  | { type: "counts"; items: ViewCount[] }
  | { type: "event"; seq: number; event: DeskEvent }
  | { type: "presence"; conversation: number; agents: Presence[] }
  | { type: "reset"; seq?: number }
  | { type: "ping" };

export type Said =
  | { type: "open"; conversation: number }
  | { type: "typing"; conversation: number; on: boolean }
  | { type: "active"; ago: number }
  | { type: "pong" };

export interface Presence {
  agent: number;
  typing: boolean;
}

export type Link = "connecting" | "up" | "lost";

const longest = 20_000;
/** The server pings every 20 seconds or so; after this much silence the line counts as dead. */
const silence = 65_000;

/**
 * The live line to the server. It comes back by itself, with growing pauses, and resumes after the last message it heard, so that nothing
 * is missed or fetched again.
 */
export class LiveSocket {
  private socket: WebSocket | undefined;
  private log = "";
  private seq = 0;
  private attempt = 0;
  private retry: number | undefined;
  private quiet: number | undefined;
  private open = 0;
  private stopped = false;

  constructor(
    private readonly url: string,
    private readonly hear: (message: Heard) => void,
    private readonly changed: (link: Link) => void,
    /** Where the log stood when the first of what is shown was fetched, as LOG.NUMBER; "" where nobody knows. */
    private readonly began: () => string = () => "",
    /** Told where a connection did not come about, which does not say whether the server is away or lets nobody in. */
    private readonly failed: () => void = () => {},
  ) {}

  start() {
    this.stopped = false;
    window.addEventListener("online", this.now);
    document.addEventListener("visibilitychange", this.now);
    this.connect();
  }

  stop() {
    this.stopped = true;
    window.removeEventListener("online", this.now);
    document.removeEventListener("visibilitychange", this.now);
    window.clearTimeout(this.retry);
    window.clearTimeout(this.quiet);
    this.socket?.close();
    this.socket = undefined;
  }

  say(message: Said) {
    if (message.type === "open") this.open = message.conversation;
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  /** Tries at once when the network or the reader comes back. */
  private readonly now = () => {
    if (this.socket || this.stopped || document.visibilityState === "hidden") return;
    window.clearTimeout(this.retry);
    this.connect();
  };

  private connect() {
    if (this.seq === 0) this.begin();
    const cursor = this.log ? `${this.log}.${this.seq}` : this.seq > 0 ? String(this.seq) : "";
    const url = cursor ? `${this.url}?from=${cursor}` : this.url;
    let socket: WebSocket;
    try {
      socket = new WebSocket(url);
    } catch {
      this.later();
      return;
    }
    this.socket = socket;
    let opened = false;
    socket.onmessage = (e) => this.read(String(e.data));
    socket.onopen = () => {
      opened = true;
      this.attempt = 0;
      this.changed("up");
      this.listen();
      if (this.open) this.say({ type: "open", conversation: this.open });
    };
    socket.onclose = () => {
      if (this.socket !== socket) return;
      this.socket = undefined;
      window.clearTimeout(this.quiet);
      this.later();
      if (!opened) this.failed();
    };
  }

  private begin() {
    const [log = "", number = ""] = this.began().split(".");
    const seq = Number(number);
    if (log && Number.isSafeInteger(seq)) [this.log, this.seq] = [log, seq];
  }

  private later() {
    if (this.stopped) return;
    // One dropped connection that comes straight back is nobody's concern.
    if (this.attempt > 0) this.changed("lost");
    const pause = Math.min(longest, 500 * 2 ** this.attempt) * (0.7 + Math.random() * 0.6);
    this.attempt++;
    this.retry = window.setTimeout(() => this.connect(), pause);
  }

  private listen() {
    window.clearTimeout(this.quiet);
    this.quiet = window.setTimeout(() => this.socket?.close(), silence);
  }

  private read(text: string) {
    this.listen();
    let message: Heard;
    try {
      message = JSON.parse(text) as Heard;
    } catch {
      return; // not ours; the next message is
    }
    if (message.type === "ping") return this.say({ type: "pong" });
    if (message.type === "hello") this.greeted(message);
    else if (message.type === "reset") this.seq = message.seq ?? this.seq;
    else if ("seq" in message && typeof message.seq === "number") this.seq = Math.max(this.seq, message.seq);
    this.hear(message);
    // Whose sight changed counts as looking at nothing.
    if (message.type === "reset" && this.open) this.say({ type: "open", conversation: this.open });
  }

  /**
   * Where the log stands is where a first connection begins, and what was fetched before is older than that. A later connection is still to be told
   * what it missed; in another log than before the server sends a reset next.
   */
  private greeted(hello: { log?: string; seq: number }) {
    if (this.log === "" && this.seq === 0) this.hear({ type: "reset", seq: hello.seq });
    this.log = hello.log ?? "";
    this.seq ||= hello.seq;
  }
}
