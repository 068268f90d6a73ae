import { QueryClient } from "@tanstack/react-query";
import { afterEach, expect, it, vi } from "vitest";
import type { Message, Opened } from "../../api/types";
import { fetchOlder } from "./older";

const pages: Record<string, unknown> = {
  "30": { messages: [{ id: 20 }, { id: 29 }], activities: [{ seq: 2 }, { seq: 3 }], before: 20 },
  "20": { messages: [{ id: 10 }], activities: [{ seq: 1 }] },
};

function desk() {
  vi.stubGlobal(
    "fetch",
    vi.fn(async (url: string | URL | Request) => {
      const before =
        new URL(String(url instanceof Request ? url.url : url), "http://x").searchParams.get("before") ?? "";
      return new Response(JSON.stringify(pages[before]), { headers: { "Content-Type": "application/json" } });
    }),
  );
  const client = new QueryClient();
  client.setQueryData(["conversation", 7], {
    conversation: { id: 1, number: 7 },
    timeline: { messages: [{ id: 30 }], activities: [{ seq: 3 }], before: 30 },
  });
  return client;
}

const ids = (client: QueryClient) =>
  client.getQueryData<Opened>(["conversation", 7])?.timeline.messages.map((m: Message) => m.id);

afterEach(() => vi.unstubAllGlobals());

it("puts older messages in front, and says when there are none", async () => {
  const client = desk();
  expect(await fetchOlder(client, 7)).toBe(true);
  expect(ids(client)).toEqual([20, 29, 30]);
  expect(client.getQueryData<Opened>(["conversation", 7])?.timeline.activities).toHaveLength(2);
  expect(await fetchOlder(client, 7)).toBe(true);
  expect(await fetchOlder(client, 7)).toBe(false);
  expect(await fetchOlder(client, 8)).toBe(false);
});
