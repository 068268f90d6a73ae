import type { Step, Target } from "./queries";

type T = (key: string) => string;

/** What most desks want next: a word to whoever has it before it is due, more urgency and the lead when it is, and again while nothing happens. */
export function usual(steps: readonly Step[]): Step {
  if (steps.length === 0) return { id: 0, kinds: [], minutes: -30, actions: [{ do: "tell", holder: true }] };
  if (steps.length === 1)
    return {
      id: 0,
      kinds: [],
      minutes: 0,
      actions: [
        { do: "set_priority", priority: 3 },
        { do: "tell", leads: true },
      ],
    };
  return { id: 0, kinds: [], minutes: 60, every: 60, times: 3, actions: [{ do: "tell", leads: true }] };
}

/** The priority that a step sets though none of its promises is made there, so that it would end them; undefined where all is well. */
export function emptyPriority(step: Step, targets: readonly Target[]): 0 | 1 | 2 | 3 | undefined {
  const to = step.actions.find((a) => a.do === "set_priority")?.priority as 0 | 1 | 2 | 3 | undefined;
  if (to === undefined) return undefined;
  const meant = targets.filter((x) => step.kinds.length === 0 || step.kinds.includes(x.kind));
  const promised = (p: number) => meant.some((x) => (x.minutes[p] ?? 0) > 0);
  return promised(to) || ![0, 1, 2, 3].some(promised) ? undefined : to;
}

/** What is wrong with steps before the server is asked. */
export function wrongSteps(steps: readonly Step[], t: T): Record<string, string> {
  const found: Record<string, string> = {};
  steps.forEach((s, i) => {
    if (Number.isNaN(s.minutes)) found[`steps[${i}].minutes`] = t("policy.unreadable");
    if (Number.isNaN(s.every)) found[`steps[${i}].every`] = t("policy.unreadable");
    if (s.every && !s.times) found[`steps[${i}].times`] = t("form.refusal.needed");
    if (s.actions.length === 0) found[`steps[${i}].actions`] = t("policy.step.no_action");
  });
  return found;
}
