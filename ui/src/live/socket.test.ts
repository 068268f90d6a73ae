import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Heard, type Link, LiveSocket } from "./socket";

class FakeSocket {
  static OPEN = 1;
  static all: FakeSocket[] = [];
  readyState = 0;
  sent: unknown[] = [];
  onopen?: () => void;
  onclose?: () => void;
  onmessage?: (e: { data: string }) => void;
  constructor(readonly url: string) {
    FakeSocket.all.push(this);
  }
  send(text: string) {
    this.sent.push(JSON.parse(text));
  }
  close() {
    this.readyState = 3;
    this.onclose?.();
  }
  accept() {
    this.readyState = 1;
    this.onopen?.();
  }
  say(message: unknown) {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
}

describe("LiveSocket", () => {
  let heard: Heard[];
  let links: Link[];
  let live: LiveSocket;
  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal("WebSocket", FakeSocket);
    FakeSocket.all = [];
    heard = [];
    links = [];
    live = new LiveSocket(
      "ws://desk/live",
      (m) => heard.push(m),
      (l) => links.push(l),
    );
    live.start();
  });
  afterEach(() => {
    live.stop();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });
  const last = () => FakeSocket.all.at(-1)!;

  it("resumes after the last message it was told, not after the hello of the new connection", () => {
    last().accept();
    last().say({ type: "hello", seq: 10 });
    last().say({ type: "gone", seq: 12, id: 1 });
    last().close();
    vi.advanceTimersByTime(1000);
    expect(last().url).toBe("ws://desk/live?from=12");
    last().accept();
    last().say({ type: "hello", seq: 20 });
    last().close();
    vi.advanceTimersByTime(1000);
    expect(last().url).toBe("ws://desk/live?from=12");
  });

  it("goes on from what the page has fetched, in its own log", () => {
    const begun = new LiveSocket(
      "ws://desk/live",
      (m) => heard.push(m),
      () => {},
      () => "aLog_1.7",
    );
    begun.start();
    expect(last().url).toBe("ws://desk/live?from=aLog_1.7");
    last().accept();
    last().say({ type: "hello", log: "aLog_1", seq: 9 });
    last().say({ type: "gone", seq: 8, id: 1 });
    expect(heard.map((m) => m.type)).toEqual(["hello", "gone"]);
    last().close();
    vi.advanceTimersByTime(1000);
    expect(last().url).toBe("ws://desk/live?from=aLog_1.8");
    begun.stop();
  });

  it("has everything fetched again that is older than its first hello", () => {
    last().accept();
    last().say({ type: "hello", log: "aLog_1", seq: 9 });
    expect(heard.map((m) => m.type)).toEqual(["reset", "hello"]);
    last().close();
    vi.advanceTimersByTime(1000);
    expect(last().url).toBe("ws://desk/live?from=aLog_1.9");
    last().accept();
    last().say({ type: "hello", log: "aLog_1", seq: 12 });
    expect(heard.map((m) => m.type)).toEqual(["reset", "hello", "hello"]);
  });

  it("follows another log after a restore, from where its reset says", () => {
    last().accept();
    last().say({ type: "hello", log: "old", seq: 900 });
    last().close();
    vi.advanceTimersByTime(1000);
    last().accept();
    last().say({ type: "hello", log: "new", seq: 40 });
    last().say({ type: "reset", seq: 40 });
    last().close();
    vi.advanceTimersByTime(1000);
    expect(last().url).toBe("ws://desk/live?from=new.40");
  });

  it("begins anew where a reset says the log stands", () => {
    last().accept();
    last().say({ type: "gone", seq: 500, id: 1 });
    last().say({ type: "reset", seq: 40 });
    last().close();
    vi.advanceTimersByTime(1000);
    expect(last().url).toBe("ws://desk/live?from=40");
  });

  it("says what is open again after it came back, and answers pings", () => {
    last().accept();
    live.say({ type: "open", conversation: 5 });
    last().close();
    vi.advanceTimersByTime(1000);
    last().accept();
    last().say({ type: "ping" });
    expect(last().sent).toEqual([{ type: "open", conversation: 5 }, { type: "pong" }]);
    expect(heard).toEqual([]);
  });

  it("says what is open again after a reset", () => {
    last().accept();
    last().say({ type: "hello", log: "aLog_1", seq: 9 });
    live.say({ type: "open", conversation: 5 });
    last().say({ type: "reset", seq: 11 });
    expect(last().sent).toEqual([
      { type: "open", conversation: 5 },
      { type: "open", conversation: 5 },
    ]);
  });

  it("calls the line lost only when it does not come straight back", () => {
    last().accept();
    last().close();
    expect(links).toEqual(["up"]);
    vi.advanceTimersByTime(1000);
    last().close();
    expect(links).toEqual(["up", "lost"]);
    vi.advanceTimersByTime(3000);
    last().accept();
    expect(links).toEqual(["up", "lost", "up"]);
  });

  it("says when it was not let in, and nothing of a line that was up and is cut", () => {
    let failed = 0;
    const other = new LiveSocket(
      "ws://desk/live",
      () => {},
      () => {},
      () => "",
      () => failed++,
    );
    other.start();
    last().accept();
    last().close();
    expect(failed).toBe(0);
    vi.advanceTimersByTime(1000);
    last().close();
    expect(failed).toBe(1);
    other.stop();
  });

  it("gives a silent connection up", () => {
    last().accept();
    const before = FakeSocket.all.length;
    vi.advanceTimersByTime(70_000);
    expect(FakeSocket.all.length).toBeGreaterThan(before);
  });

  it("survives what is no message", () => {
    last().accept();
    last().onmessage?.({ data: "<html>" });
    expect(heard).toEqual([]);
  });
});
