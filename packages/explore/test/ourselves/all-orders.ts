/**
 * Goes through all orders of a scenario that is to pass in each.
 *
 * @module
 */
import { expect } from "vitest";
import { explore } from "../../src/explore.ts";
import type { ExploreOptions } from "../../src/options.ts";
import type { Scenario } from "../../src/single-run.ts";

/** Fails with what the explorer says when an order fails, or when some were not tried. Gives how many there were. */
export async function expectAllOrdersPass(scenario: Scenario, options: ExploreOptions = {}): Promise<number> {
  const found = await explore(scenario, { strategy: "exhaustive", budget: { runs: Infinity }, ...options });
  expect(found.verdict, found.explain()).toBe("exhausted");
  return found.orders;
}

/** Throws unless something holds; for scenarios, where an assertion of the test runner would cost too much. */
export function check(holds: boolean, words: string): asserts holds {
  if (!holds) throw new Error(words);
}
