import { expect, it } from "vitest";
import type { Step } from "./queries";
import { emptyPriority, usual, wrongSteps } from "./steps";

const t = (key: string) => key;

it("offers steps that can be saved as they are", () => {
  const steps: Step[] = [];
  for (let i = 0; i < 4; i++) steps.push(usual(steps));
  expect(wrongSteps(steps, t)).toEqual({});
  expect(steps.map((s) => s.minutes)).toEqual([-30, 0, 60, 60]);
});

it("says what is missing, and where", () => {
  const step: Step = { id: 0, kinds: [], minutes: Number.NaN, every: 60, times: 0, actions: [] };
  expect(wrongSteps([usual([]), step], t)).toEqual({
    "steps[1].minutes": "policy.unreadable",
    "steps[1].times": "form.refusal.needed",
    "steps[1].actions": "policy.step.no_action",
  });
});

it("doubts a priority at which nothing is promised", () => {
  const raise = { ...usual([usual([])]) };
  expect(emptyPriority(raise, [{ kind: "first_answer", minutes: [0, 60, 0, 0] }])).toBe(3);
  expect(emptyPriority(raise, [{ kind: "first_answer", minutes: [0, 60, 0, 5] }])).toBeUndefined();
  expect(
    emptyPriority({ ...raise, kinds: ["resolve"] }, [{ kind: "first_answer", minutes: [0, 60, 0, 5] }]),
  ).toBeUndefined();
  expect(emptyPriority(raise, [])).toBeUndefined();
});
