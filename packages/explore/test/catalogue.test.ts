import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import * as cacheStampede from "../../../examples/catalogue/cache-stampede.ts";
import * as cancelledWhileAcquiring from "../../../examples/catalogue/cancelled-while-acquiring.ts";
import * as checkThenAct from "../../../examples/catalogue/check-then-act.ts";
import * as closeInFlight from "../../../examples/catalogue/close-in-flight.ts";
import * as doubleInitialisation from "../../../examples/catalogue/double-initialisation.ts";
import * as incident from "../../../examples/catalogue/incident.ts";
import * as lostWakeUp from "../../../examples/catalogue/lost-wake-up.ts";
import * as needle from "../../../examples/catalogue/needle.ts";
import * as philosophers from "../../../examples/catalogue/philosophers.ts";
import * as reconnectAba from "../../../examples/catalogue/reconnect-aba.ts";
import * as refcount from "../../../examples/catalogue/refcount-lost-update.ts";
import * as tokenRefresh from "../../../examples/catalogue/token-refresh.ts";
import { cataloguePage, withFindings } from "../../../scripts/generate-catalogue.ts";
import { explore } from "../src/explore.ts";
import { replay } from "../src/replay.ts";
import { readOptions } from "../src/options.ts";
import { DepthFirst } from "../src/search/depth-first.ts";
import { Session } from "../src/session.ts";
import type { Scenario } from "../src/single-run.ts";
import { inSlices } from "../src/slices.ts";

interface Bug {
  readonly scenario: Scenario;
  readonly fixed: Scenario;
  /** What it fails with. */
  readonly words: string;
  /** What the two deciding steps meet at. */
  readonly meetsAt: string;
}

const bugs: Readonly<Record<string, Bug>> = {
  "a cache stampede": { ...cacheStampede, words: "asked 2 times", meetsAt: "cache" },
  "a place given to who has gone": { ...cancelledWhileAcquiring, words: "nobody has the place", meetsAt: "Event" },
  "check, then act": { ...checkThenAct, words: "an update was lost", meetsAt: "account.balance" },
  "a close in flight": { ...closeInFlight, words: "closed under a call", meetsAt: "connection.isOpen" },
  "a double initialisation": { ...doubleInitialisation, words: "the pool was opened", meetsAt: "state.pool" },
  "the incident": { ...incident, words: "SCOPE_WRONG_TASK", meetsAt: "connection.count" },
  "a lost wake-up": { ...lostWakeUp, words: "RUNTIME_DEADLOCK", meetsAt: "state.isReady" },
  philosophers: { ...philosophers, words: "RUNTIME_DEADLOCK", meetsAt: "Lock 4" },
  "a reconnect of two": { ...reconnectAba, words: "connection 1 was closed under a call", meetsAt: "place.current" },
  "a lost release": { ...refcount, words: "nobody closed", meetsAt: "resource.references" },
  "a refresh token that is used twice": { ...tokenRefresh, words: "was used twice", meetsAt: "state.access" },
};

test.for(Object.entries(bugs))("finds %s within 20 runs, and says which two accesses decide", async ([, bug]) => {
  const found = await explore(bug.scenario);

  expect(found.verdict).toBe("failed");
  expect(found.counts.firstFailure).toBeLessThanOrEqual(20);
  expect(found.replay?.length).toBeLessThanOrEqual(60);
  expect(found.explain()).toContain(bug.words);
  const { first, second } = found.minimal?.decision?.meeting ?? {};
  expect([first?.resource, second?.resource]).toEqual([bug.meetsAt, bug.meetsAt]);
  expect([first?.mode, second?.mode]).toContain("write");
});

test.for(Object.entries(bugs))("fails again by the replay string of %s", async ([, { scenario, words }]) => {
  const { replay: text = "" } = await explore(scenario);

  const { trace } = await replay(scenario, text);

  expect(JSON.stringify(leaves(trace.error))).toContain(words);
});

test.for(Object.entries(bugs))("goes through all orders of the cure of %s", async ([, { fixed }]) => {
  const found = await explore(fixed, { strategy: "exhaustive" });

  expect([found.verdict, found.counts.failing]).toEqual(["exhausted", 0]);
});

test("finds the incident among steps that have nothing to do with it", async () => {
  const found = await explore(incident.noisy);

  expect(found.verdict).toBe("failed");
  expect(found.counts.firstFailure).toBeLessThanOrEqual(20);
});

test.for<[string, Scenario, number]>([
  ["9", needle.scenario, 100],
  ["12", needle.larger, 1_000],
])("finds the one order of %s steps that fails by going through the orders", async ([, scenario, most]) => {
  using session = new Session(scenario, readOptions({}));
  const search = new DepthFirst();
  let runs = 0;
  let hasFailed = false;

  await inSlices(() => {
    search.begin();
    const { end, failure } = session.runner.once(search);
    if (end !== "given-up") runs += 1;
    hasFailed = failure !== undefined;
    search.end(session.kernel);
    return hasFailed || search.isFinished;
  });

  expect(hasFailed).toBe(true);
  expect(runs).toBeLessThanOrEqual(most);
});

test("the guide to the catalogue shows what is found now", async () => {
  const text = readFileSync(cataloguePage, "utf8");

  const current = await withFindings(text);

  expect(text).toBe(current);
});

/** Codes and messages of an error and all within it. */
function leaves(error: unknown): string[] {
  const { code, message, errors } = error as { code?: string; message?: string; errors?: unknown[] };
  return [`${code}: ${message}`, ...(errors ?? []).flatMap(leaves)];
}
