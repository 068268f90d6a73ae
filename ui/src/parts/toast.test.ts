import { expect, it } from "vitest";
import { offersSoon, takeBack, toast } from "./toast";

it("takes back what is still on its way once it is done, and it alone", async () => {
  const taken: string[] = [];
  const offer = (what: string) => toast(what, { action: { label: "Undo", run: () => taken.push(what) } });
  offer("before");
  let answer = () => {};
  const done = offersSoon(
    new Promise<void>((resolve) => {
      answer = resolve;
    }).then(() => void offer("on its way")),
  );
  takeBack();
  expect(taken).toEqual([]);
  answer();
  await done;
  await Promise.resolve();
  expect(taken).toEqual(["on its way"]);
  takeBack();
  expect(taken).toEqual(["on its way", "before"]);
});

it("takes nothing else back where what was on its way was refused", async () => {
  const taken: string[] = [];
  const close = toast("before", { action: { label: "Undo", run: () => taken.push("before") } });
  const refused = offersSoon(Promise.reject(new Error("no")));
  takeBack();
  await expect(refused).rejects.toThrow();
  expect(taken).toEqual([]);
  close();
});
