import { blank, type PolicyEdit } from "./queries";

type T = (key: string) => string;

/** Policies to begin with, by the last part of their address: new-day, new-workday, new-urgent. */
export const starts = ["day", "workday", "urgent"] as const;

export function startOf(id: string, zone: string, t: T): PolicyEdit {
  const begin = blank(zone);
  switch (id) {
    case "new-day":
      return { ...begin, name: t("policy.start.day"), targets: answers([1440, 1440, 1440, 1440]) };
    case "new-workday":
      return { ...begin, name: t("policy.start.workday"), counts: "opening", targets: answers([480, 480, 480, 480]) };
    case "new-urgent":
      return {
        ...begin,
        name: t("policy.start.urgent"),
        targets: [...answers([2880, 1440, 480, 60]), { kind: "resolve", minutes: [10080, 4320, 1440, 480] }],
      };
  }
  return begin;
}

const answers = (minutes: number[]): PolicyEdit["targets"] => [
  { kind: "first_answer", minutes },
  { kind: "next_answer", minutes },
];
