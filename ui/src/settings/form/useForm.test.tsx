import { act, renderHook } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { Problem } from "../../api/problem";
import { useForm } from "./useForm";

vi.mock("react-i18next", () => ({ useTranslation: () => ({ t: (key: string) => key }) }));

interface Thing {
  name: string;
  version: number;
}

it("follows the server until somebody types, and keeps what was typed then", () => {
  const { result, rerender } = renderHook(({ server }) => useForm<Thing>(server, async (v) => v), {
    initialProps: { server: { name: "a", version: 1 } },
  });
  rerender({ server: { name: "b", version: 2 } });
  expect(result.current.value.name).toBe("b");
  act(() => result.current.set({ name: "mine" }));
  rerender({ server: { name: "c", version: 3 } });
  expect(result.current.value).toEqual({ name: "mine", version: 2 });
  expect(result.current.dirty).toBe(true);
});

it("offers what somebody else saved, and can keep one's own over it", async () => {
  const theirs = { name: "theirs", version: 5 };
  const save = vi.fn(async (v: Thing) => {
    if (v.version < 5)
      throw new Problem(409, { code: "conflict", details: { current: { ...theirs, twoFactor: true } } });
    return { ...v, version: 6 };
  });
  const { result } = renderHook(() => useForm<Thing>({ name: "a", version: 1 }, save, { said: "" }));
  act(() => result.current.set({ name: "mine" }));
  await act(async () => void (await result.current.submit()));
  expect(result.current.theirs).toEqual(theirs);
  expect(result.current.value.name).toBe("mine");
  act(() => {
    result.current.set({ version: 5 });
    result.current.forgetTheirs();
  });
  await act(async () => void (await result.current.submit()));
  expect(result.current.value).toEqual({ name: "mine", version: 6 });
  expect(result.current.dirty).toBe(false);
});

it("names the field at fault until it is changed, and saves nothing that its check refuses", async () => {
  const save = vi.fn(async (v: Thing) => v);
  const check = (v: Thing): Record<string, string> => (v.name ? {} : { name: "needed" });
  const { result } = renderHook(() => useForm<Thing>({ name: "a", version: 1 }, save, { check, said: "" }));
  act(() => result.current.set({ name: "" }));
  await act(async () => void (await result.current.submit()));
  expect(save).not.toHaveBeenCalled();
  expect(result.current.error("name")).toBe("needed");
  act(() => result.current.set({ name: "b" }));
  expect(result.current.error("name")).toBeUndefined();
});
