import { expect, test } from "vitest";
import { createParameters } from "../src/parameters.ts";
import { reportPage } from "../src/report/report-page.ts";
import { errorOne, failure, goodFindings, lane, level, reportInput } from "./findings.ts";

test("begins with what was found, one at a time and in parallel", async () => {
  const page = await reportPage(reportInput());

  expect(words(page)).toContain(
    "With 10 requests in parallel, the counted connection failed 19 of 120 runs (15.8 %) and the owned one 0 of 120; " +
      "one at a time, nobody failed.",
  );
});

test("says so when somebody failed one at a time, and when a claim does not hold", async () => {
  const { lanes, ...rest } = goodFindings();
  const owned = lane("owned", level(1, 1, 30), level(10, 0, 120));
  const claims = [{ sentence: "nobody fails", holds: false, found: "1 of 30" }];

  const page = words(await reportPage(reportInput({ ...rest, lanes: [...lanes.slice(0, 2), owned], claims })));

  expect(page).toContain("one at a time, 1 run failed.");
  expect(page).toContain("1 of 1 claims do not hold.");
  expect(page).toContain("nobody fails found: 1 of 30");
});

test("names the levels, the seed and the times that were measured", async () => {
  const page = words(await reportPage(reportInput()));

  expect(page).toContain("fired at 4 agents, 1 and 10 in parallel.");
  expect(page).toContain("Seed 1, time scale 1/50: a scripted model of 200 ms a call and tools of 40 ms");
  expect(page).toContain("p = 2e-6.");
});

test("claims nothing of a real model's times", async () => {
  const parameters = { ...createParameters({ model: "openai:x", timeScale: 1 }) };
  const unpredicted = [lane("counted", level(10, 9, 120)), lane("owned", level(10, 0, 120))];

  const page = words(await reportPage(reportInput({ parameters, lanes: unpredicted, control: lane("control") })));

  expect(page).toContain("Seed 1, time scale 1: the model openai:x, tools of 2000 ms");
  expect(page).not.toMatch(/scripted|simulation|one run of 6/);
});

test("groups the failed runs of an agent by what they said, the most frequent first", async () => {
  const failures = [
    failure(1, { agent: "official", message: "lost" }),
    ...Array.from({ length: 12 }, (_, run) => failure(run + 2, { agent: "official", message: "closed" })),
    ...["a", "b", "c", "d", "e"].map((message, run) => failure(run + 20, { agent: "official", message })),
  ];

  const page = words(await reportPage(reportInput({ failures })));

  expect(page).toContain("official: 18 runs 12 × closed 1 × lost 1 × a 1 × b 1 × c 2 more runs said something else.");
  expect(page).toContain("Who opened, who closed, in the first 10");
  expect(page).toContain("run 10 run 9 run 10 8");
  expect(page).not.toContain("run 11 run 10");
});

test("a party that is not known is called unknown, and no failed run is none", async () => {
  const unknown = await reportPage(reportInput({ failures: [failure(3, { opener: null, closer: null })] }));
  const none = await reportPage(reportInput({ failures: [] }));

  expect(words(unknown)).toContain("run 3 unknown unknown 8");
  expect(words(none)).toContain("The runs that failed None.");
});

test("cuts what a server said at length, and says so with an ellipsis", async () => {
  const page = await reportPage(reportInput({ failures: [failure(1, { message: "x".repeat(301) })] }));

  expect(page).toContain(`<code>${"x".repeat(300)}…</code>`);
});

test("draws the failed exit and the owned connection from a trace of the miniature", async () => {
  const page = words(await reportPage(reportInput()));

  expect(page).toContain("connection: opened by call 0, closing by call 3 refused");
  expect(page).toContain("connection: opened and closed by owner");
  expect(page).toContain(errorOne);
});

test("tells the smallest failing order, how to see it again, and what was exhausted within which limits", async () => {
  const page = words(await reportPage(reportInput()));

  expect(page).toContain("npm start -- replay examples/miniature.scenario.ts h1:37cb79:np:6.0,7.0");
  expect(page).toContain("exhausted, 192 orders tried. Limits: no cancellation; choice points: start, timer, wake;");
  expect(page).toContain("swap them and it passes");
});

test("tells which releases have the fix, the safe floors, the backport, the revert and the raise", async () => {
  const page = words(await reportPage(reportInput()));

  expect(page).toContain("1 triage-kit@1.92.0 to the latest triage-kit@1.92.0");
  expect(page).toContain("2 triage-kit@2.0.0 to triage-kit@2.0.0, triage-kit@2.2.0 to the latest triage-kit@2.2.0");
  expect(page).toContain("Backport bbbbbbbbb, first in triage-kit@1.92.0: known by trailer.");
  expect(page).toContain("Taken out by ccccccccc, first in triage-kit@2.1.0.");
  expect(page).toContain("Put back in by ddddddddd, first in triage-kit@2.2.0.");
  expect(page).toContain("+ &quot;triage-kit&quot;: &quot;&gt;=1.92.0 &lt;2&quot;");
});

test("says that the fix finder was not asked on a machine without git", async () => {
  const page = words(await reportPage(reportInput({ fix: null })));

  expect(page).toContain("Not asked: this machine has no git.");
});

/** The text of a page as it is read, spaces made one. */
function words(page: string): string {
  return page
    .replaceAll(/<style>.*?<\/style>|<[^>]*>/gs, " ")
    .replaceAll(/[\s\u00a0]+/g, " ")
    .replaceAll(/ ([.,;:])/g, "$1");
}
