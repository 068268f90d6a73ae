import { afterEach, expect, it, vi } from "vitest";
import { type Answer, faultsOf, nothing } from "./config";
import { keepDraft, keptDraft } from "./draft";
import { config } from "./sample";
import { freshTicket, send } from "./send";

const written = { ...nothing, email: "zane@home.example", message: "Hello" };
const json = (answer: Answer, status = 200) =>
  new Response(JSON.stringify(answer), { status, headers: { "Content-Type": "application/json" } });

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
  sessionStorage.clear();
});

it("says what has to be mended, in the order of the fields", () => {
  expect(
    faultsOf(nothing, config({ name: "required", subject: "required" })).map((f) => `${f.field} ${f.code}`),
  ).toEqual(["name needed", "email needed", "subject needed", "message needed"]);
  expect(faultsOf({ ...written, email: "zane@home" }, config())).toEqual([{ field: "email", code: "not_an_address" }]);
  expect(faultsOf(written, config())).toEqual([]);
  const file = (bytes: number) => new File(["x".repeat(bytes)], "a.txt");
  expect(faultsOf({ ...written, files: [file(11)] }, config())).toEqual([{ field: "files", code: "too_large" }]);
  expect(faultsOf({ ...written, files: [file(1), file(1), file(1)] }, config())).toEqual([
    { field: "files", code: "too_many" },
  ]);
});

it("sends every field, the ticket and the files", async () => {
  const fetched = vi.fn(async (_: string, __: RequestInit) => json({ sent: true }, 201));
  vi.stubGlobal("fetch", fetched);
  const file = new File(["x"], "a.txt");
  expect(await send({ ...written, files: [file] }, config(), "https://shop.example/a", "")).toEqual({ sent: true });
  const body = fetched.mock.calls[0]![1].body as FormData;
  expect([body.get("email"), body.get("message"), body.get("ticket"), body.get("page"), body.get("website")]).toEqual([
    "zane@home.example",
    "Hello",
    "t1",
    "https://shop.example/a",
    "",
  ]);
  expect((body.get("files") as File).name).toBe("a.txt");
});

it("waits and sends again where it was too quick or too late, once", async () => {
  vi.useFakeTimers();
  const answers = [json({ notice: "stale", ticket: "t2" }, 422), json({ notice: "stale", ticket: "t3" }, 422)];
  const tickets: unknown[] = [];
  vi.stubGlobal("fetch", async (_: string, init: RequestInit) => {
    tickets.push((init.body as FormData).get("ticket"));
    return answers.shift()!;
  });
  const c = config();
  const sent = send(written, c, "", "");
  await vi.advanceTimersByTimeAsync(10_000);
  expect((await sent).notice).toBe("stale");
  expect(tickets).toEqual(["t1", "t2"]);
  expect(c.ticket).toBe("t3");
});

it("tells a server that is away from one that refuses", async () => {
  vi.stubGlobal("fetch", async () => {
    throw new TypeError("failed");
  });
  expect(await send(written, config(), "", "")).toEqual({ notice: "offline" });
  expect(await freshTicket(config())).toBe("t1");
  vi.stubGlobal("fetch", async () => new Response("<html>bad gateway</html>", { status: 502 }));
  expect(await send(written, config(), "", "")).toEqual({ notice: "failed" });
});

it("keeps a draft within the tab, and nothing of files", () => {
  keepDraft("/form/k", { ...written, files: [new File(["x"], "secret.txt")] });
  expect(sessionStorage.getItem("tellus:/form/k")).not.toContain("secret");
  expect(keptDraft("/form/k")).toEqual(written);
  expect(keptDraft("/form/other")).toEqual(nothing);
  keepDraft("/form/k", nothing);
  expect(sessionStorage.length).toBe(0);
  sessionStorage.setItem("tellus:/form/k", "{bad");
  expect(keptDraft("/form/k")).toEqual(nothing);
});
