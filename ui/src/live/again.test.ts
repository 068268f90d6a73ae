import { QueryClient } from "@tanstack/react-query";
import { expect, it } from "vitest";
import { againBehindAnswers } from "./again";

const later = () => {
  let come: (value: string[]) => void = () => {};
  const answer = new Promise<string[]>((done) => {
    come = done;
  });
  return { answer, come };
};

it("tells again behind an answer what was told while it was on its way", async () => {
  const client = new QueryClient();
  const answers = againBehindAnswers(client);
  const add = () => client.setQueryData<string[]>(["list", "all"], (list) => list && [...new Set([...list, "told"])]);
  for (const known of [[], ["known"]]) {
    const { answer, come } = later();
    const asked = client.fetchQuery({ queryKey: ["list", "all"], queryFn: () => answer, staleTime: 0 });
    add();
    answers.told(add);
    come(known); // made before that happened
    await asked;
    expect(client.getQueryData(["list", "all"])).toEqual([...known, "told"]);
  }
  answers.stop();
});

it("tells nothing again of what no answer is awaited for, nor twice", async () => {
  const client = new QueryClient();
  const answers = againBehindAnswers(client);
  let times = 0;
  answers.told(() => times++);
  const { answer, come } = later();
  const asked = client.fetchQuery({ queryKey: ["list", "all"], queryFn: () => answer });
  answers.told(() => times++);
  client.setQueryData(["list", "all"], ["by hand"]);
  expect(times).toBe(0);
  come([]);
  await asked;
  await client.fetchQuery({ queryKey: ["list", "all"], queryFn: async () => [], staleTime: 0 });
  expect(times).toBe(1);
  answers.stop();
});
