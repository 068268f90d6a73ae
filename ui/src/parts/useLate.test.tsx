import { renderHook, waitFor } from "@testing-library/react";
import { expect, it } from "vitest";
import { lately, useLate } from "./useLate";

it("fetches once it is wanted, and has what is there at once", async () => {
  let asked = 0;
  const later = lately(async () => {
    asked++;
    return { default: "the part" };
  });
  const { result, rerender, unmount } = renderHook(({ wanted }) => useLate(later, wanted), {
    initialProps: { wanted: false },
  });
  expect(asked).toBe(0);
  rerender({ wanted: true });
  await waitFor(() => expect(result.current).toBe("the part"));
  unmount();
  expect(renderHook(() => useLate(later, true)).result.current).toBe("the part");
  expect(asked).toBe(1);
});

it("does without what cannot be fetched", async () => {
  const later = lately(() => Promise.reject<{ default: string }>(new Error("no server")));
  const { result } = renderHook(() => useLate(later, true));
  await waitFor(() => expect(later.coming).toBeDefined());
  await later.coming;
  expect(result.current).toBeUndefined();
});
