import { act } from "react";
import { createRoot } from "react-dom/client";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type Command, listenToKeys, useCommands, type Way } from "./keys";

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

/** A way from page to page that arrives when it is told to. */
function road() {
  let told = () => {};
  const way: Way & { go: (to: string) => void; arrive: () => Promise<void> } = {
    latestLocation: { pathname: "/1" },
    state: { resolvedLocation: { pathname: "/1" } },
    subscribe: (_, then) => {
      told = then;
      return () => {
        told = () => {};
      };
    },
    go: (to) => {
      way.latestLocation = { pathname: to };
    },
    arrive: () =>
      act(async () => {
        way.state = { resolvedLocation: way.latestLocation };
        told();
      }),
  };
  return way;
}

const done: string[] = [];
const does = (key: string, what: string): Command => ({
  id: what,
  label: what,
  group: "write",
  keys: [key],
  run: () => done.push(what),
});

function Offers({ list }: { list: Command[] }) {
  useCommands(list);
  return null;
}

let stop = () => {};
const root = createRoot(document.createElement("div"));
const offer = (...list: Command[]) => act(async () => root.render(<Offers list={list} />));
const press = (key: string) => window.dispatchEvent(new KeyboardEvent("keydown", { key, cancelable: true }));

beforeEach(() => {
  done.length = 0;
});
afterEach(() => {
  stop();
  document.body.replaceChildren();
});

it("keeps what is pressed while a page is on its way for that page", async () => {
  const way = road();
  stop = listenToKeys(way);
  await offer(does("r", "answers the first"), does("e", "resolves the first"));
  way.go("/2");
  press("r");
  press("e");
  expect(done).toEqual([]);
  await offer(does("r", "answers the second"), does("e", "resolves the second"));
  await way.arrive();
  expect(done).toEqual(["answers the second", "resolves the second"]);
  press("r");
  expect(done.at(-1)).toBe("answers the second");
  expect(done).toHaveLength(3);
});

it("keeps the rest where what was kept leads on", async () => {
  const way = road();
  stop = listenToKeys(way);
  const next = { ...does("j", "next"), run: () => way.go("/3") };
  await offer(next, does("e", "resolves"));
  way.go("/2");
  press("j");
  press("e");
  await way.arrive();
  expect(done).toEqual([]);
  await way.arrive();
  expect(done).toEqual(["resolves"]);
});

it("writes what follows an R", async () => {
  const way = road();
  stop = listenToKeys(way);
  const field = document.createElement("textarea");
  document.body.append(field);
  const written: string[] = [];
  document.execCommand = (_: string, __?: boolean, text?: string) => written.push(text ?? "") > 0;
  await offer({ ...does("r", "answers"), run: () => field.focus() }, does("e", "resolves"));
  way.go("/2");
  for (const key of ["r", "H", "e", "y"]) press(key);
  await way.arrive();
  expect(written.join("")).toBe("Hey");
  expect(done).toEqual([]);
});

it("lets go of what was pressed when it is stopped", async () => {
  const way = road();
  const over = listenToKeys(way);
  await offer(does("r", "answers"));
  way.go("/2");
  press("r");
  over();
  await way.arrive();
  expect(done).toEqual([]);
});
