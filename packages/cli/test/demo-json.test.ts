import { expect, test } from "vitest";
import { exitCodeOf } from "../src/demo-command.ts";
import { demoJson } from "../src/demo-json.ts";
import { demoResult } from "./demo-result.ts";

test("has the seed, every level of every agent, the miniature, the claims and the report's path", () => {
  const json = demoJson(demoResult());

  expect(json).toMatchObject({
    seed: 7,
    timeScale: 0.02,
    control: { levels: [{ concurrency: 1 }, { concurrency: 10, hits: 1, predicted: 0.005 }] },
    miniature: { orders: 24, failing: 18, ownedFailing: 0 },
    explored: {
      counted: { verdict: "failed", replay: "h1:37cb79:np:6.0,7.0" },
      owned: { verdict: "exhausted", orders: 192, replay: null },
      scenario: "examples/miniature.scenario.ts",
    },
    fix: {
      commit: "abbcf218c95c3b8d99405d9cb837c0f7229d0795",
      first: "triage-kit@1.92.0",
      safeFloors: [
        { major: "1", tag: "triage-kit@1.92.0" },
        { major: "2", tag: "triage-kit@2.2.0" },
      ],
      raise: { package: "triage-kit", before: ">=1.20.0", after: ">=1.92.0 <2" },
      diff: "the diff",
    },
    claims: [{ sentence: "one at a time nobody fails", holds: true, found: "0 of 30" }, {}],
    report: "report.html",
  });
  expect(json.lanes.map(({ name }) => name)).toEqual(["counted", "official", "owned"]);
  expect(json.lanes[1]?.levels).toEqual([
    { concurrency: 1, requests: 30, hits: 0, interval: [0, 0.031], predicted: null },
    { concurrency: 10, requests: 120, hits: 64, interval: [32 / 120, 64 / 120 + 0.031], predicted: null },
  ]);
});

test("has null in place of the fix on a machine without git", () => {
  const json = demoJson(demoResult({ fix: null }));

  expect(json.fix).toBeNull();
});

test("the exit code is 0 when every claim holds, and 1 when one does not", () => {
  const { claims } = demoResult();

  expect(exitCodeOf({ claims })).toBe(0);
  expect(exitCodeOf({ claims: [...claims, { sentence: "all is well", holds: false, found: "it is not" }] })).toBe(1);
});
