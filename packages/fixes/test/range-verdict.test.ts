import { expect, test } from "vitest";
import type { Dialect } from "../src/raise/raise-range.ts";
import { judgeRange } from "../src/range-verdict.ts";
import { npmFix, pythonFix } from "./answers.ts";

const npmReleases = { "5": ["v5.9.0"], "6": ["v6.0.14", "v6.1.0", "v6.2.5", "v6.4.0"], "7": ["v7.0.0"] };

function judge(dialect: Dialect, range: string, changes = {}): string {
  const [about] = (dialect === "npm" ? npmFix(changes) : pythonFix(changes)).packages;
  if (about === undefined) throw new RangeError("the answer has a package");
  const { state, reason } = judgeRange(dialect, range, about);
  return `${state}: ${reason}`;
}

test.each([
  ["npm", "^6.1.0", "low: it admits 6.1.0"],
  ["npm", "^6.0.14", "low: it admits 6.1.0"],
  ["npm", "^6.2.5", "high"],
  ["npm", "^6.2.5 || ^7.0.0", "high"],
  ["npm", "5.9.0 - 6.4.0", "low: it admits 5.9.0"],
  ["npm", "~5.9.0", "low: it admits no release that has the fix"],
  ["npm", "*", "low: it admits 5.9.0"],
  ["npm", "", "low"],
  ["npm", "^8.0.0", "unknown: the answer knows no release of 8.x"],
  ["npm", "^8", "unknown"],
  ["npm", "latest!", "unknown: latest! is no version range"],
] as const)("%s's %j is %s", (dialect, range, verdict) => {
  expect(judge(dialect, range, { releases: npmReleases })).toContain(verdict);
});

test.each([
  ["pep440", ">=1.20,<2", "low: it admits 1.20"],
  ["pep440", "(>=1.92.0)", "high"],
  ["pep440", "~=1.92.0", "high"],
  ["pep440", "<2", "low: it admits releases from before the fix"],
  ["pep440", "", "low: it admits releases from before the fix"],
  ["pep440", "==1.*,!=1.20", "low"],
  ["poetry", "^1.20", "low: it admits 1.20"],
  ["poetry", "^1.92", "high"],
  ["poetry", "~1.20.0", "low: it admits no release that has the fix"],
  ["poetry", "~1.91", "low"],
  ["poetry", "1.92.0", "high"],
  ["poetry", ">=1.20,<2.0 || ^2.0", "low"],
  ["poetry", "*", "low"],
  ["poetry", "^1.92 !", "unknown"],
] as const)("without a list of releases, %s's %j is %s", (dialect, range, verdict) => {
  expect(judge(dialect, range)).toContain(verdict);
});
