import { describe, expect, it } from "vitest";
import { placeAfter } from "./enter";
import { fromBase64url, toBase64url } from "./webauthn";

describe("placeAfter", () => {
  it.each([
    [null, "/"],
    ["/view/mine", "/view/mine"],
    ["/app/view/mine/12?x=1", "/view/mine/12?x=1"],
    ["/app", "/"],
    ["//evil.example/", "/"],
    ["/\\evil.example", "/"],
    ["https://evil.example/app/", "/"],
    ["javascript:alert(1)", "/"],
    ["/app//evil.example", "/"],
    ["/sign-in?to=/sign-in", "/"],
  ])("leads from %j to %j", (to, want) => {
    expect(placeAfter(to, "https://desk.example")).toBe(want);
  });
});

it("turns bytes to base64url and back", () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
  const text = toBase64url(bytes.buffer);
  expect(text).not.toMatch(/[+/=]/);
  expect(new Uint8Array(fromBase64url(text))).toEqual(bytes);
});
