import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import holdfast from "../src/index.ts";
import { foundByEslint, foundByOxlint, oxlintConfig } from "./linters.ts";

// Starts a linter in a process of its own.
const timeout = 30_000;

const fixtures = "packages/eslint-plugin/test/fixtures";
const faults = [
  `${fixtures}/faulty.js:9 @holdfast/no-swallowed-cancellation`,
  `${fixtures}/faulty.js:18 @holdfast/no-await-in-unshielded-finally`,
  `${fixtures}/faulty.js:24 @holdfast/no-scope-across-yield`,
  `${fixtures}/faulty.js:31 @holdfast/no-scope-across-yield`,
  `${fixtures}/faulty.js:38 @holdfast/no-unawaited-handle`,
  `${fixtures}/faulty.js:40 @holdfast/no-race-of-waits (warning)`,
  `${fixtures}/faulty.js:41 @holdfast/no-unawaited-handle`,
  `${fixtures}/faulty.js:43 @holdfast/no-open-without-using`,
];

test("oxlint loads the plugin and reports each fault of a faulty file, and none of a sound one", { timeout }, () => {
  const found = foundByOxlint([`${fixtures}/faulty.js`, `${fixtures}/sound.js`]);

  expect(found.toSorted()).toEqual(faults.toSorted());
});

test("ESLint loads the recommended configuration and reports the same", { timeout }, async () => {
  const found = await foundByEslint([`${fixtures}/faulty.js`, `${fixtures}/sound.js`]);

  expect(found.toSorted()).toEqual(faults.toSorted());
});

test("the recommended configuration has every rule of the plugin, and so has the one for oxlint", () => {
  const { rules } = JSON.parse(readFileSync(oxlintConfig, "utf8")) as { rules: object };

  const { recommended } = holdfast.configs;

  expect(Object.keys(recommended.rules)).toEqual(Object.keys(holdfast.rules).map((name) => `@holdfast/${name}`));
  expect(rules).toEqual(recommended.rules);
});

test("the recommended configuration names the plugin itself, so that a user may name it too", () => {
  const { plugins } = holdfast.configs.recommended;

  expect(plugins["@holdfast"]).toBe(holdfast);
});
