import { expect, test } from "vitest";
import { checkClaims, type Findings } from "../src/claims.ts";
import type { LevelMeasurement } from "../src/measurement.ts";
import { bundledFix, exploredMiniature, goodFindings, lane, level } from "./findings.ts";

const good = goodFindings();
const explored = exploredMiniature();
const fix = bundledFix();

test("of a good run every claim holds, and says what was found", () => {
  const claims = checkClaims(good);

  expect(claims.map(({ holds, found }) => ({ holds, found }))).toEqual([
    { holds: true, found: "counted 0 of 30, official 0 of 30, owned 0 of 30, control 0 of 30" },
    { holds: true, found: "19 of 120" },
    { holds: true, found: "0 of 30, 0 of 120" },
    { holds: true, found: "1 of 120 against 19 of 120" },
    { holds: true, found: "18 of 24" },
    { holds: true, found: "0 of 24" },
    { holds: true, found: "counted failed, owned exhausted after 192 orders" },
    { holds: true, found: 'first triage-kit@1.92.0, 1 backport, 2 reverts, ">=1.92.0 <2"' },
  ]);
});

test("claims nothing of the fix on a machine without git", () => {
  const claims = checkClaims({ ...good, fix: null });

  expect(claims).toHaveLength(7);
});

test.each<[string, string, Findings]>([
  [
    "the explorer does not exhaust the owned connection",
    "with starts interleaved too",
    { ...good, explored: { ...explored, owned: { ...explored.owned, verdict: "not-found" } } },
  ],
  [
    "the explorer has an order of the counted connection and another verdict",
    "with starts interleaved too",
    { ...good, explored: { ...explored, counted: { ...explored.counted, verdict: "nondeterministic" } } },
  ],
  [
    "the explorer has no order in which the counted connection fails",
    "with starts interleaved too",
    { ...good, explored: { ...explored, counted: { ...explored.counted, replay: null } } },
  ],
  ["the revert is not seen", "the fix finder", { ...good, fix: { ...fix, answer: { ...fix.answer, reverts: [] } } }],
  [
    "the backport is not seen",
    "the fix finder",
    { ...good, fix: { ...fix, answer: { ...fix.answer, backports: [] } } },
  ],
  [
    "another range would be written",
    "the fix finder",
    { ...good, fix: { ...fix, raise: { ...fix.raise, after: ">=1.92.0" } } },
  ],
  [
    "the floor is not the first release",
    "the fix finder",
    { ...good, fix: { ...fix, package: { ...fix.package, safeFloor: { 1: null, 2: "triage-kit@2.2.0" } } } },
  ],
  [
    "one request fails alone, flagged or not",
    "one at a time",
    { ...good, control: lane("control", level(1, 0, 30, { failed: 1 }), level(10, 1, 120)) },
  ],
  ["too few are sent one at a time", "one at a time", withOwned(level(1, 0, 29), level(10, 0, 120))],
  ["a lane is not measured one at a time", "one at a time", withOwned(level(10, 0, 120))],
  ["counted fails too seldom", "5 to 40 %", withCounted(level(10, 5, 120))],
  ["counted fails too often", "5 to 40 %", withCounted(level(10, 49, 120))],
  ["counted has too few requests", "5 to 40 %", withCounted(level(10, 19, 99))],
  [
    "owned fails at any level",
    "the owned connection",
    withOwned(level(1, 0, 30), level(4, 0, 60, { failed: 1 }), level(10, 0, 120)),
  ],
  [
    "control fails as often as counted",
    "the control agent",
    { ...good, control: lane("control", level(1, 0, 30), level(10, 19, 120)) },
  ],
  [
    "one order fails more",
    "of the miniature",
    { ...good, miniature: { ...good.miniature, counted: { ...good.miniature.counted, failing: 19 } } },
  ],
  [
    "an order is left out",
    "of the miniature",
    { ...good, miniature: { ...good.miniature, counted: { ...good.miniature.counted, orders: 23 } } },
  ],
  [
    "an owned order fails",
    "over the same orders",
    { ...good, miniature: { ...good.miniature, owned: { ...good.miniature.owned, failing: 1 } } },
  ],
  [
    "an owned order is left out",
    "over the same orders",
    { ...good, miniature: { ...good.miniature, owned: { ...good.miniature.owned, orders: 23 } } },
  ],
])('when %s, only the claim with "%s" does not hold', (_, words, findings) => {
  const broken = checkClaims(findings).filter(({ holds }) => !holds);

  expect(broken.map(({ sentence }) => sentence)).toEqual([expect.stringContaining(words)]);
});

test("shares are of answered requests", () => {
  const claims = checkClaims(withCounted(level(10, 7, 150, { answered: 130 })));

  expect(claims.every(({ holds }) => holds)).toBe(true);
});

function withCounted(atTen: LevelMeasurement): Findings {
  const [, official, owned] = good.lanes;
  return { ...good, lanes: [lane("counted", level(1, 0, 30), atTen), official, owned] as Findings["lanes"] };
}

function withOwned(...levels: LevelMeasurement[]): Findings {
  const [counted, official] = good.lanes;
  return { ...good, lanes: [counted, official, lane("owned", ...levels)] as Findings["lanes"] };
}
