/**
 * Goes through the orders of a scenario that is to pass in each, all of them or as many as a bound says.
 *
 * @module
 */
import { explore, type ExploreOptions, type Lab } from "@holdfast/explore";
import { expect } from "vitest";

/** For one scenario; it may take so long on a machine that does much else. */
export const timeout = 60_000;

type Scenario = (lab: Lab) => Promise<void>;

/** Fails when an order fails, or when some were not tried. Gives how many there were. */
export async function expectAllOrdersPass(scenario: Scenario, options: ExploreOptions = {}): Promise<number> {
  const budget = { runs: Infinity, ms: timeout };
  const found = await explore(scenario, { strategy: "exhaustive", budget, ...options });
  expect(found.verdict, found.explain()).toBe("exhausted");
  return found.orders;
}

/** Fails when an order fails, or when fewer than 10,000 were tried and there are others. */
export async function expectTenThousandOrdersPass(scenario: Scenario, options: ExploreOptions = {}): Promise<void> {
  const found = await explore(scenario, { budget: { runs: 10_000, ms: timeout }, ...options });
  expect(found.error, found.explain()).toBeUndefined();
  expect(found).toMatchObject(found.verdict === "exhausted" ? {} : { verdict: "not-found", orders: 10_000 });
}
