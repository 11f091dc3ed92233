import { expect, test } from "vitest";
import { createRandom } from "../src/random.ts";
import { createLatency } from "../src/triage/triage-latency.ts";
import type { TriageToolName } from "../src/triage/triage-tools.ts";

test("the n-th call of a tool takes the same time however calls of other tools come between", () => {
  const calm = createLatency(createRandom(1), { toolMs: 40, quickFactor: 0.25 });
  const mixed = createLatency(createRandom(1), { toolMs: 40, quickFactor: 0.25 });

  const expected = times(5, () => calm("search_logs"));
  const found = times(5, () => {
    mixed("who_owns");
    mixed("read_runbook");
    return mixed("search_logs");
  });

  expect(found).toEqual(expected);
  expect(new Set(found).size).toBe(5);
});

test.each<[TriageToolName, number]>([
  ["search_logs", 40],
  ["who_owns", 10],
])("%s takes %d ms in the mean when tools take 40 and quick ones a quarter", (tool, mean) => {
  const latency = createLatency(createRandom(1), { toolMs: 40, quickFactor: 0.25 });

  const total = times(5_000, () => latency(tool)).reduce((sum, ms) => sum + ms, 0);

  expect(Math.abs(total / 5_000 / mean - 1)).toBeLessThan(0.05);
});

function times<T>(count: number, draw: () => T): T[] {
  return Array.from({ length: count }, draw);
}
