import { expect, it } from "vitest";
import { byName } from "./natural";

const sorted = (...names: string[]) => byName(names.map((name) => ({ name }))).map((x) => x.name);

it("counts in names", () => {
  expect(sorted("Team 10", "Team 2", "team 1")).toEqual(["team 1", "Team 2", "Team 10"]);
});

it("follows the alphabet of the page", () => {
  document.documentElement.lang = "lv";
  expect(sorted("Daiļa", "Čaka", "Cēsis")).toEqual(["Cēsis", "Čaka", "Daiļa"]);
});
