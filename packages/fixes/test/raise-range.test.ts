import { expect, test } from "vitest";
import { type Dialect, raiseRange } from "../src/raise/raise-range.ts";
import { npmFix, pythonFix } from "./answers.ts";

function raise(dialect: Dialect, range: string, changes = {}): string {
  const [about] = (dialect === "npm" ? npmFix(changes) : pythonFix(changes)).packages;
  if (about === undefined) throw new RangeError("the answer has a package");
  const raised = raiseRange(dialect, range, about);
  return raised.kind === "raised" ? raised.range : `${raised.kind}: ${raised.reason}`;
}

test.each([
  ["^6.0.1", "^6.2.5"],
  ["~6.1.0", "~6.2.5"],
  ["6.1.0", "6.2.5"],
  ["=6.1.0", "=6.2.5"],
  ["v6.1.0", "v6.2.5"],
  [">=6.1.0", ">=6.2.5 <7"],
  [">= 6.1.0", ">= 6.2.5 <7"],
  [">6.1.0", ">=6.2.5 <7"],
  [">=6.1.0 <8", ">=6.2.5 <8"],
  ["6", "^6.2.5"],
  ["6.x", "^6.2.5"],
  ["6.1.x", "~6.2.5"],
  ["~6", "^6.2.5"],
  ["^6.0.14", "^6.2.5"],
])("npm's %s becomes %s", (range, raised) => {
  expect(raise("npm", range)).toBe(raised);
});

test.each([
  [">=1.20.0", ">=1.92.0,<2"],
  [">= 1.20", ">= 1.92,<2"],
  [">=1.20,!=1.50", ">=1.92,!=1.50,<2"],
  [">=1.20, !=1.50", ">=1.92, !=1.50, <2"],
  [">=1.20.0,<3", ">=1.92.0,<3"],
  ["<2,>=1.20.0", "<2,>=1.92.0"],
  ["==1.20.0", "==1.92.0"],
  ["===1.20.0", "===1.92.0"],
  ["==1.20.*", "==1.92.*"],
  ["~=1.20", "~=1.92"],
  ["~=1.20.0", "~=1.92.0"],
  ["(>=1.20.0)", "(>=1.92.0,<2)"],
])("Python's %s becomes %s", (range, raised) => {
  expect(raise("pep440", range)).toBe(raised);
});

test.each([
  ["~=1.20", "~=1.92,>=1.92.3"],
  ["==1.20.*", "==1.92.*,>=1.92.3"],
  [">=1.20", ">=1.92.3,<2"],
])("%s becomes %s where the floor has more numbers than were written", (range, raised) => {
  expect(raise("pep440", range, { safeFloor: { "1": "v1.92.3", "2": "v2.0.0" } })).toBe(raised);
});

test.each([
  ["^1.20", "^1.92"],
  ["1.20.0", "1.92.0"],
  ["~1.20.0", "~1.92.0"],
  [">=1.20.0,<2.0", ">=1.92.0,<2.0"],
])("poetry's %s becomes %s", (range, raised) => {
  expect(raise("poetry", range)).toBe(raised);
});

test.each([
  ["npm", "^6.3.0", "done: 6.3.0 is not below"],
  ["npm", "6.0.14", "done: 6.0.14 has the fix"],
  ["npm", ">=7.0.5", "done: 7.0.5 is not below"],
  ["npm", "^5.1.0", "refused: no release of 5.x is a safe floor"],
  ["npm", ">=6.0.0 <6.1.0", "refused: <6.1.0 keeps v6.2.5 out"],
  ["npm", "^6.0.0 || ^7.0.0", "refused: it is a union"],
  ["npm", "6.0.0 - 6.9.0", "refused: it is a union"],
  ["npm", "*", "refused: it has no lower bound; write one: ^6.2.5"],
  ["npm", "", "refused: it has no lower bound"],
  ["npm", "{{x}}", "refused: it is no version range"],
  ["pep440", "<2", "refused: it has no lower bound; write one: >=1.92.0,<2"],
  ["pep440", ">=1.0,>=1.20", "refused: it has several lower bounds"],
  ["pep440", ">=2.0.0", "done: 2.0.0 is not below v2.0.0"],
] as const)("%s's %j stays: %s", (dialect, range, reason) => {
  expect(raise(dialect, range)).toContain(reason);
});

test("an open range gets no upper bound where no next major is known", () => {
  const changes = { intervals: [], safeFloor: { "1": "v1.92.0" } };

  expect(raise("pep440", ">=1.20.0", changes)).toBe(">=1.92.0");
});

test("a next major whose releases all lack the fix is a bound as well", () => {
  const changes = { intervals: [], safeFloor: { "1": "v1.92.0" }, releases: { "1": ["v1.92.0"], "2": ["v2.0.0"] } };

  expect(raise("pep440", ">=1.20.0", changes)).toBe(">=1.92.0,<2");
});

test("below 1.0.0, npm stays in the minor and Python in the major", () => {
  const changes = { intervals: [], safeFloor: { "0.3": null, "0.4": "v0.4.2", "1": "v1.0.0" } };

  expect(raise("npm", ">=0.4.0", changes)).toBe(">=0.4.2 <0.5");
  expect(raise("npm", "^0.3.0", changes)).toContain("refused: no release of 0.3.x");
  expect(raise("pep440", ">=0.3.1", changes)).toBe(">=0.4.2,<1");
});
