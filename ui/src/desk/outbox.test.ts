import { renderHook } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";
import type { Message } from "../api/types";
import { keepFor } from "../parts/stored";
import { flush, keepForLater, type Unsent, useOutbox } from "./outbox";
import { isSending } from "./sending";

const unsent = (key: string): Unsent => ({
  key,
  conversation: 7,
  number: 12,
  kind: "replies",
  body: { html: key },
  at: "",
});

beforeEach(() => localStorage.clear());

it("sends what waited only for who wrote it", async () => {
  const asked: unknown[] = [];
  vi.stubGlobal("fetch", async (_: unknown, init: RequestInit) => {
    asked.push(JSON.parse(String(init.body)));
    return new Response("{}", { status: 200, headers: { "Content-Type": "application/json" } });
  });
  keepFor(1);
  keepForLater(unsent("of Ann"));
  keepFor(2);
  keepForLater(unsent("of Bo"));
  const sent: string[] = [];
  await flush(
    (u) => sent.push(u.key),
    () => {},
  );
  expect(sent).toEqual(["of Bo"]);
  keepFor(1);
  await flush(
    (u) => sent.push(u.key),
    () => {},
  );
  expect(sent).toEqual(["of Bo", "of Ann"]);
  expect(asked).toEqual([{ html: "of Bo" }, { html: "of Ann" }]);
  await flush(
    (u) => sent.push(u.key),
    () => {},
  );
  expect(sent).toHaveLength(2);
});

it("hides nothing behind what the server fails at, and sends what other conversations wait for", async () => {
  vi.stubGlobal("fetch", async (address: unknown) =>
    String(address).includes("/conversations/7/")
      ? new Response('{"status": 500, "code": "internal"}', {
          status: 500,
          headers: { "Content-Type": "application/problem+json" },
        })
      : new Response("{}", { status: 200, headers: { "Content-Type": "application/json" } }),
  );
  keepFor(3);
  keepForLater({ ...unsent("fails"), after: 40 });
  keepForLater({ ...unsent("behind it"), after: 40 });
  keepForLater({ ...unsent("elsewhere"), conversation: 8, after: 40 });
  const sent: string[] = [];
  await flush(
    (u) => sent.push(u.key),
    () => {},
  );
  const box = renderHook(useOutbox).result.current;
  expect(box.map((u) => u.key)).toEqual(["fails", "behind it"]);
  expect(sent).toEqual(["elsewhere"]);
  const written = { id: 41, kind: "outgoing", authorKind: "agent", agent: 3 } as Message; // by the same agent in another window
  expect(isSending(written, 3, [{ ...unsent("on its way"), after: 40 }])).toBe(true);
  expect(isSending(written, 3, box)).toBe(false);
});
