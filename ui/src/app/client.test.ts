import { QueryObserver } from "@tanstack/react-query";
import { expect, it } from "vitest";
import { Cache, keepAnswer } from "./client";

it("fetches once more what was invalidated while it was fetched for the first time", async () => {
  const client = new Cache({ defaultOptions: { queries: { staleTime: 60_000 } } });
  let value = "before";
  let answer = () => {};
  let asked = 0;
  const observer = new QueryObserver(client, {
    queryKey: ["work", 1],
    queryFn: () => {
      asked++;
      const seen = value;
      return new Promise<string>((done) => {
        answer = () => done(seen);
      });
    },
  });
  const seen: unknown[] = [];
  const stop = observer.subscribe((r) => r.data && r.fetchStatus === "idle" && seen.push(r.data));
  value = "after"; // the server read before, and its answer is still on the way
  void client.invalidateQueries({ queryKey: ["work"] });
  answer();
  await expect.poll(() => asked).toBe(2);
  answer();
  await expect.poll(() => seen.at(-1)).toBe("after");
  stop();
});

it("looks once more at an answer that may be older than what was told of it", async () => {
  const client = new Cache({ defaultOptions: { queries: { staleTime: 60_000 } } });
  keepAnswer(client, ["work", 1], "begun"); // done by now, and told before there was anybody to tell
  const observer = new QueryObserver(client, { queryKey: ["work", 1], queryFn: () => Promise.resolve("done") });
  const seen: unknown[] = [];
  const stop = observer.subscribe((r) => seen.push(r.data));
  expect(observer.getCurrentResult().data).toBe("begun");
  await expect.poll(() => seen.at(-1)).toBe("done");
  stop();
});
