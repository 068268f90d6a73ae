import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { perFrame } from "./frames";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["requestAnimationFrame", "cancelAnimationFrame", "setTimeout", "clearTimeout"] });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

it("hands on together, and in order, what came since the last frame", () => {
  const got: number[][] = [];
  const frames = perFrame<number>((all) => got.push(all));
  for (const n of [1, 2, 3]) frames.push(n);
  expect(got).toEqual([]);
  vi.advanceTimersToNextFrame();
  frames.push(4);
  vi.advanceTimersToNextFrame();
  vi.advanceTimersByTime(1000);
  expect(got).toEqual([[1, 2, 3], [4]]);
});

it("does not wait for frames that nobody draws", () => {
  const got: number[][] = [];
  vi.stubGlobal("requestAnimationFrame", () => 0);
  const frames = perFrame<number>((all) => got.push(all));
  frames.push(1);
  vi.advanceTimersByTime(100);
  vi.spyOn(document, "hidden", "get").mockReturnValue(true);
  frames.push(2);
  expect(got).toEqual([[1], [2]]);
  vi.unstubAllGlobals();
});

it("hands on nothing once it was stopped", () => {
  const apply = vi.fn();
  const frames = perFrame<number>(apply);
  frames.push(1);
  frames.stop();
  vi.advanceTimersByTime(1000);
  expect(apply).not.toHaveBeenCalled();
});
