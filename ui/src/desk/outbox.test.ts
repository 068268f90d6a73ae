import { beforeEach, expect, it, vi } from "vitest";
import { keepFor } from "../parts/stored";
import { flush, keepForLater, type Unsent } from "./outbox";

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
