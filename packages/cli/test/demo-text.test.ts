import { expect, test } from "vitest";
import { demoText } from "../src/demo-text.ts";
import { demoResult } from "./demo-result.ts";

test("tells the parameters, the hits of each agent at each level, the miniature, and where the report is", () => {
  expect(demoText(demoResult())).toBe(
    `holdfast demo   seed 7 · time scale 1/50 · model 200 ms · tools 40 ms
  reproduce   the same requests at each connection; failed with "cancel scope" or a closed connection
                          1 at a time  10           95 % at 10
                counted   0 of 30      19 of 120    [ 7.9, 18.9]  predicted 17.9
                official  0 of 30      64 of 120    [26.7, 56.4]
                owned     0 of 30      0 of 120     [ 0.0,  3.1]  p = 2e-6 against counted
                control   0 of 30      1 of 120     [ 0.4,  3.9]  predicted 0.5  one tool, seldom used
  explain     the miniature, 4 tasks, all 24 finishing orders: counted fails 18, owned 0
                Attempted to exit cancel scope in a different task than it was entered in
                smallest failing schedule   h1:37cb79:np:6.0,7.0   npm start -- replay examples/miniature.scenario.ts h1:37cb79:np:6.0,7.0
                owned, starts interleaved   exhausted: 192 orders, no failure (choice points: start, timer; no cancellation)
                                            shared is what is declared
  fix         abbcf218c first in 1.92.0, safe floor 1.92.0   "triage-kit": ">=1.20.0"  ->  ">=1.92.0 <2"
                a backport brings it to 1.92.0; 2.1.0 reverts it; 2.2.0 has it again; the safe floor of 2 is 2.2.0
  report      report.html
  all 2 claims hold, after 32 s
`,
  );
});

test("says in one line that there is no git, and that no order failed", () => {
  const { explored } = demoResult();
  const counted = { ...explored.counted, verdict: "not-found" as const, replay: null };

  const text = demoText(demoResult({ fix: null, explored: { ...explored, counted } }));

  expect(text).toContain("\n  fix         skipped: this machine has no git\n  report ");
  expect(text).toContain("smallest failing schedule   none found: not-found\n");
});

test("tells which claims do not hold, and what was found instead", () => {
  const claims = [
    { sentence: "nobody fails", holds: false, found: "1 of 30" },
    { sentence: "all is well", holds: true, found: "it is" },
  ];

  const text = demoText(demoResult({ claims }));

  expect(text).toContain("  1 of 2 claims do not hold:\n                nobody fails: found 1 of 30\n");
});

test("names a real model in place of a time, and lets no name or path act on the terminal", () => {
  const { parameters } = demoResult();

  const text = demoText(
    demoResult({ parameters: { ...parameters, timeScale: 1, model: "x:\u001b[2J" }, reportPath: "a\rb" }),
  );

  expect(text).toContain("seed 7 · time scale 1 · model x:\\u{1b}[2J · tools 40 ms\n");
  expect(text).toContain("  report      a\\u{d}b\n");
});
