import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, expect, it, vi } from "vitest";
import { nothing, type Written } from "./config";
import { Form } from "./Form";
import { config } from "./sample";

const root = document.createElement("div");
document.body.append(root);
afterEach(() => {
  render(null, root);
  vi.unstubAllGlobals();
});

const draw = (begin: Partial<Written> = {}, change = {}) =>
  act(() => render(<Form config={config(change)} begin={{ ...nothing, ...begin }} />, root));
const submit = () =>
  act(async () => {
    root.querySelector("form")!.dispatchEvent(new Event("submit", { cancelable: true, bubbles: true }));
    await new Promise((done) => setTimeout(done));
  });

it("asks for what the administrator wants to know", () => {
  draw({}, { name: "off", subject: "required", files: false });
  expect([...root.querySelectorAll("input:not([name=website]), textarea")].map((e) => e.id)).toEqual([
    "email",
    "subject",
    "message",
  ]);
  for (const control of root.querySelectorAll("input:not([name=website]), textarea")) {
    expect(root.querySelector(`label[for=${control.id}]`), control.id).toBeTruthy();
  }
});

it("ties a fault to its field and keeps what was typed", async () => {
  draw({ message: "Hello" });
  await submit();
  const email = root.querySelector<HTMLInputElement>("#email")!;
  expect(email.getAttribute("aria-invalid")).toBe("true");
  expect(root.querySelector(`#${email.getAttribute("aria-describedby")}`)?.textContent).toBe("fault.email_needed");
  expect(document.activeElement).toBe(email);
  expect(root.querySelector<HTMLTextAreaElement>("#message")!.value).toBe("Hello");
});

it("shows what the server finds, then thanks", async () => {
  const answers = [{ notice: "faults", faults: [{ field: "name", code: "not_a_name" }] }, { sent: true }];
  vi.stubGlobal(
    "fetch",
    async () => new Response(JSON.stringify(answers.shift()), { headers: { "Content-Type": "application/json" } }),
  );
  draw({ name: "www.spam.example", email: "zane@home.example", message: "Hello" });
  await submit();
  expect(root.querySelector("#name-fault")?.textContent).toBe("fault.name_not_a_name");
  expect(root.querySelector("[role=alert]")?.textContent).toBe("notice.faults");
  await submit();
  expect(root.querySelector("h1")?.textContent).toBe("sent_title");
  expect(document.activeElement).toBe(root.querySelector("h1"));
});

it("sends once, however often the button is pressed", async () => {
  let finish = (_: Response) => {};
  const fetched = vi.fn(() => new Promise<Response>((done) => (finish = done)));
  vi.stubGlobal("fetch", fetched);
  draw({ email: "zane@home.example", message: "Hello" });
  await submit();
  await submit();
  expect(fetched).toHaveBeenCalledTimes(1);
  finish(new Response('{"sent":true}', { headers: { "Content-Type": "application/json" } }));
});
